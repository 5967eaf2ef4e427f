import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort, serveWorkspace, startWaitingHost } from '../support/mlflow-servers.ts';

/** How often the host is killed. */
const KILLS = Number(process.env.LATHE_MLFLOW_KILLS ?? 200);
const WRITERS = 4;

let workspace: string;
beforeEach(() => {
  workspace = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-kills-'));
});
afterEach(() => fs.rmSync(workspace, { recursive: true, force: true }));

interface Place {
  readonly url: string;
  readonly token: string;
}

async function ask(place: Place, method: string, what: string, body?: object) {
  const answer = await fetch(`${place.url}/api/2.0/mlflow/${what}`, {
    method,
    headers: { Authorization: `Bearer ${place.token}`, 'Content-Type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: answers of every form
  return { status: answer.status, body: (await answer.json()) as any };
}

/** What was acknowledged, kept outside of the host that is killed. */
class Writer {
  readonly #name: string;
  runId = '';
  #step = 0;
  readonly steps = new Set<number>();
  readonly params = new Map<string, string>();
  readonly tags = new Map<string, string>();
  readonly files = new Map<string, string>();

  constructor(name: string) {
    this.#name = name;
  }

  async begin(place: Place): Promise<void> {
    const { body } = await ask(place, 'POST', 'runs/create', {
      experiment_id: '0',
      run_name: this.#name,
      start_time: 1,
    });
    this.runId = body.run.info.run_id;
  }

  /** Log until the host is gone; what it did not answer may be there or not. */
  async writeUntilGone(place: Place): Promise<void> {
    for (;;) {
      const step = this.#step;
      this.#step += 5;
      const steps = [step, step + 1, step + 2, step + 3, step + 4];
      const param = { key: `p${step}`, value: `${step}` };
      const tag = { key: `t${step % 50}`, value: `${step}` };
      try {
        const { status } = await ask(place, 'POST', 'runs/log-batch', {
          run_id: this.runId,
          metrics: steps.map((each) => ({ key: 'loss', value: each, timestamp: each, step: each })),
          params: [param],
          tags: [tag],
        });
        if (status !== 200) throw new Error(`log-batch answered ${status}`);
        for (const each of steps) this.steps.add(each);
        this.params.set(param.key, param.value);
        this.tags.set(tag.key, tag.value);
        if (step % 25 === 0) await this.#upload(place, step);
      } catch (error) {
        if (error instanceof TypeError) return;
        throw error;
      }
    }
  }

  async #upload(place: Place, step: number): Promise<void> {
    const text = `file of step ${step}`;
    const answer = await fetch(
      `${place.url}/api/2.0/mlflow-artifacts/artifacts/0/${this.runId}/artifacts/files/${step}.txt`,
      { method: 'PUT', headers: { Authorization: `Bearer ${place.token}` }, body: text },
    );
    if (answer.status === 200) this.files.set(`files/${step}.txt`, text);
    else throw new Error(`upload answered ${answer.status}`);
  }

  async check(place: Place): Promise<void> {
    const { body } = await ask(place, 'GET', `runs/get?run_id=${this.runId}`);
    const params = new Map(
      body.run.data.params?.map((each: { key: string; value: string }) => [each.key, each.value]),
    );
    for (const [key, value] of this.params) expect(params.get(key), `${this.#name} ${key}`).toBe(value);
    const found: { step: number; value: number }[] =
      (await ask(place, 'GET', `metrics/get-history?run_id=${this.runId}&metric_key=loss`)).body.metrics ??
      [];
    const steps = found.map(({ step }) => step);
    expect(new Set(steps).size).toBe(steps.length);
    for (const step of this.steps)
      expect(found.some((each) => each.step === step && each.value === step)).toBe(true);
    // A batch is there whole or not at all.
    expect(steps.length % 5).toBe(0);
    const sample = [...this.files].slice(-2);
    for (const [name, text] of sample) {
      const file = await fetch(
        `${place.url}/api/2.0/mlflow-artifacts/artifacts/0/${this.runId}/artifacts/${name}`,
        { headers: { Authorization: `Bearer ${place.token}` } },
      );
      expect(await file.text()).toBe(text);
    }
  }
}

describe('a host that is killed while programs log to it', () => {
  it(`${KILLS} times has every acknowledged point, parameter and file once, and no half of a batch`, {
    timeout: 60_000 + KILLS * 20_000,
  }, async () => {
    const port = await freePort();
    const writers = Array.from({ length: WRITERS }, (_, index) => new Writer(`writer ${index}`));
    let place = await serveWorkspace(workspace, port);
    await Promise.all(writers.map((writer) => writer.begin(place)));
    let next = startWaitingHost(workspace, port);
    for (let kill = 0; kill < KILLS; kill++) {
      const writing = Promise.all(writers.map((writer) => writer.writeUntilGone(place)));
      // Anywhere in the writing: at once, or after some batches.
      await delay(Math.random() * 200);
      place.lathe.child.kill('SIGKILL');
      await place.lathe.finished;
      await writing;
      place = await next.serve();
      next = startWaitingHost(workspace, port);
      if (kill % 50 === 49) for (const writer of writers) await writer.check(place);
    }
    await next.end();
    for (const writer of writers) await writer.check(place);
    const points = writers.reduce((sum, writer) => sum + writer.steps.size, 0);
    console.info(`${KILLS} kills, ${points} acknowledged points`);
    expect(points).toBeGreaterThan(KILLS);
    await place.stop();
  });
});

describe('clients at the same time', () => {
  it('that create one experiment make it once; the others hear that it is there', async () => {
    const place = await serveWorkspace(workspace);
    for (const name of ['shared', 'shared ünï/2']) {
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => ask(place, 'POST', 'experiments/create', { name })),
      );
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      for (const { status, body } of answers)
        if (status !== 200) expect(body.error_code).toBe('RESOURCE_ALREADY_EXISTS');
    }
    await place.stop();
  });

  it('that log the same parameter agree on one value, and one refused batch keeps no other from its place', async () => {
    const place = await serveWorkspace(workspace);
    const { body } = await ask(place, 'POST', 'runs/create', { experiment_id: '0', start_time: 1 });
    const run_id = body.run.info.run_id;
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        ask(place, 'POST', 'runs/log-batch', {
          run_id,
          params: [{ key: 'lr', value: `${index % 2}` }],
          metrics: [{ key: 'loss', value: index, timestamp: index, step: index }],
        }),
      ),
    );
    const run = (await ask(place, 'GET', `runs/get?run_id=${run_id}`)).body.run;
    const kept = run.data.params[0].value;
    expect(answers.map(({ status }) => status)).toEqual(
      Array.from({ length: 10 }, (_, index) => (`${index % 2}` === kept ? 200 : 400)),
    );
    const history = (await ask(place, 'GET', `metrics/get-history?run_id=${run_id}&metric_key=loss`)).body
      .metrics;
    expect(history.map(({ step }: { step: number }) => `${step % 2}`)).toEqual(Array(5).fill(kept));
    await place.stop();
  });
});
