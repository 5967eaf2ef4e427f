import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeGpu, fakeGpus } from '../support/fake-gpus.ts';
import { type LatheProcess, lathe, latheJson, startLathe } from '../support/lathe-process.ts';
import { torchPython } from '../support/python.ts';

const digits = path.join(import.meta.dirname, '../../resources/sample/digits/digits.csv');

let root: string;
let workspace: string;
let hosts: LatheProcess[];

beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-programs-'));
  workspace = path.join(root, 'workspace');
  hosts = [];
});
afterEach(async () => {
  for (const started of hosts) if (started.child.exitCode === null) await end(started, 'SIGKILL');
  const { runs = [] } = await latheJson(['queue', 'list'], workspace);
  for (const { id } of runs) await lathe(['run', 'cancel', id], workspace);
  fs.rmSync(root, { recursive: true, force: true });
});

async function host(): Promise<LatheProcess> {
  const started = startLathe(['serve', '--port', '0', '--inference-port', '0'], workspace);
  hosts.push(started);
  await started.said(/http:\/\/127\.0\.0\.1:\d+/);
  return started;
}

async function end(started: LatheProcess, signal: NodeJS.Signals): Promise<void> {
  started.child.kill(signal);
  await started.finished;
}

function script(name: string, lines: readonly string[]): string {
  const file = path.join(root, 'project', name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

/** Counts to `steps`, a step every few hundredths of a second, with a checkpoint at each. */
const counter = [
  'import lathe, time',
  'start = 0',
  'folder = lathe.resume()',
  'if folder:',
  '    start = int((folder / "step.txt").read_text()) + 1',
  'for step in range(start, int(lathe.config.get("steps", 20))):',
  '    time.sleep(0.03)',
  '    lathe.log({"count": step * lathe.config.get("factor", 1)}, step=step)',
  '    print("step", step, flush=True)',
  '    with lathe.checkpoint(step) as folder:',
  '        (folder / "step.txt").write_text(str(step))',
];

async function runIs(id: string, ...statuses: string[]) {
  for (let tries = 0; tries < 160; tries++) {
    const run = await latheJson(['run', 'show', id], workspace);
    if (statuses.includes(run.status)) return run;
    if (run.endedAt !== null) throw new Error(`the run is ${run.status}: ${JSON.stringify(run.failure)}`);
    await delay(250);
  }
  throw new Error(`the run did not become ${statuses.join(' or ')}`);
}

const stepsOf = async (id: string): Promise<number[]> =>
  (await latheJson(['run', 'metrics', id], workspace)).points.map(({ step }: { step: number }) => step);

const upTo = (count: number) => Array.from({ length: count }, (_, step) => step);

describe('a script without a host', () => {
  it('is durable and runs when the command returns, and every point is read afterwards', async () => {
    const file = script('count.py', counter);
    const started = await latheJson(['train', file, '-p', 'steps=25', '-p', 'factor=2'], workspace);
    expect(started).toMatchObject({ status: 'running', target: 'process', params: { steps: 25, factor: 2 } });
    const ended = await runIs(started.id, 'finished');
    expect(ended).toMatchObject({ metrics: { count: 48 }, template: 'count.py', experimentName: 'count' });
    expect(ended.environment).toMatchObject({ python: expect.stringMatching(/^3\./) });
    expect(await stepsOf(started.id)).toEqual(upTo(25));
    const { text } = await latheJson(['run', 'logs', started.id], workspace);
    expect(text.trim().split('\n')).toHaveLength(25);
  });

  it('says plainly what it waits for', async () => {
    const file = script('count.py', counter);
    const waiting = await lathe(['train', file, '--at', '2h', '--json'], workspace);
    expect(JSON.parse(waiting.stdout)).toMatchObject({
      status: 'queued',
      waitingFor: expect.stringMatching(/its time/),
    });
    expect(waiting.stderr).toContain('lathe serve');
    const after = JSON.parse(waiting.stdout).id;
    const second = await latheJson(['train', file, '--after', after], workspace);
    expect(second.waitingFor).toContain('to finish');
    await latheJson(['queue', 'change', after, '--now'], workspace);
    await runIs(after, 'finished');
    await runIs(second.id, 'finished');
  });

  it('is refused early, with the cure, where it cannot run', async () => {
    const file = script('count.py', counter);
    const refusal = async (...args: string[]) => (await latheJson(['train', ...args], workspace)).error;
    expect(await refusal(file, '--gpus', '63')).toMatchObject({ code: 'INVALID_INPUT', nextStep: /fewer/ });
    expect(await refusal(file, '--memory', '900TiB')).toMatchObject({ code: 'INVALID_INPUT' });
    expect(await refusal(file, '--on', 'docker')).toMatchObject({
      code: 'INVALID_INPUT',
      nextStep: /--image/,
    });
    expect(await refusal(file, '--on', 'dokcer')).toMatchObject({ code: 'NOT_FOUND', nextStep: /docker/ });
    expect(await refusal(path.join(root, 'none.py'))).toMatchObject({ code: 'PATH_NOT_FOUND' });
    expect(await refusal(file, '--data', 'none')).toMatchObject({ code: 'NOT_FOUND' });
    expect((await latheJson(['run', 'list'], workspace)).total).toBe(0);
  });
});

describe('a program and the application', () => {
  it('outlives a host that is killed, and the next finds it with nothing missed', async () => {
    const first = await host();
    const { id } = await latheJson(['train', script('count.py', counter), '-p', 'steps=120'], workspace);
    await runIs(id, 'running');
    await end(first, 'SIGKILL');
    await delay(1000);
    const second = await host();
    expect((await runIs(id, 'running', 'finished')).metrics.count).toBeGreaterThan(20);
    await runIs(id, 'finished');
    expect(await stepsOf(id)).toEqual(upTo(120));
    const run = await latheJson(['run', 'show', id], workspace);
    expect(Object.keys(run.systemMetrics)).toContain('system/cpu_percent');
    await end(second, 'SIGTERM');
  });

  it('is lost when the machine takes everything with it, and goes on from its checkpoint', async () => {
    const running = await host();
    const { id } = await latheJson(['train', script('count.py', counter), '-p', 'steps=60'], workspace);
    await runIs(id, 'running');
    while ((await stepsOf(id)).length < 10) await delay(100);
    await end(running, 'SIGKILL');
    // What a restart leaves: no process of the run, no sentinel.
    const { pid } = JSON.parse(fs.readFileSync(path.join(workspace, 'runs', id, 'process.json'), 'utf8'));
    process.kill(-pid, 'SIGKILL');
    await host();
    const lost = await runIs(id, 'lost');
    expect(lost).toMatchObject({ resumable: true, failure: { code: 'TARGET_FAILED' } });
    await latheJson(['run', 'resume', id], workspace);
    await runIs(id, 'finished');
    expect([...new Set(await stepsOf(id))].sort((a, b) => a - b)).toEqual(upTo(60));
  });

  it('ends when it is cancelled, with its checkpoint', async () => {
    await host();
    const { id } = await latheJson(['train', script('count.py', counter), '-p', 'steps=4000'], workspace);
    while ((await stepsOf(id)).length < 3) await delay(100);
    await latheJson(['run', 'cancel', id], workspace);
    expect(await runIs(id, 'cancelled')).toMatchObject({ resumable: true, failure: null });
  });
});

describe('a recipe', () => {
  const recipe = [
    'name: counted',
    'command: python count.py',
    'data: { table: digits }',
    'params:',
    '  steps: { default: 5, type: integer, min: 1, max: 1000, help: How far to count. }',
    '  factor: 1',
    'environment: { variables: { GREETING: "hello, world" } }',
    'outputs: ["*.txt"]',
    'checks: [count >= 4, count > 100]',
    'tags: { kind: test }',
  ];
  const program = [
    ...counter,
    'import os, pathlib, sys',
    'rows = next(lathe.data("table").glob("*.csv")).read_text().splitlines()',
    'pathlib.Path("rows.txt").write_text(str(len(rows)))',
    'try:',
    '    (lathe.data("table") / "digits.csv").open("a")',
    '    writable = os.getuid() != 0',
    'except OSError:',
    '    writable = False',
    'lathe.summary["writable"] = writable',
    'lathe.tag("greeting", os.environ["GREETING"])',
    'print(sys.argv[1:])',
  ];

  it('brings its data, parameters, variables, outputs and checks to the program', async () => {
    script('count.py', program);
    const file = script('recipe.yaml', recipe);
    await latheJson(['data', 'import', 'digits', digits], workspace);
    const { stdout } = await lathe(
      ['train', path.dirname(file), '-p', 'steps=6', '--json', '--', '--extra'],
      workspace,
    );
    const started = JSON.parse(stdout);
    const run = await runIs(started.id, 'finished');
    expect(run).toMatchObject({
      name: 'counted',
      params: { steps: 6, factor: 1 },
      tags: { kind: 'test', greeting: 'hello, world' },
      summary: { writable: false },
      inputs: [{ name: 'table', datasetName: 'digits', version: 1 }],
      checks: [
        { expression: 'count >= 4', passed: true, value: 5 },
        { expression: 'count > 100', passed: false, value: 5 },
      ],
      recipe: { command: 'python count.py', data: { table: 'digits@1' } },
    });
    expect(run.artifacts.map((artifact: { path: string }) => artifact.path)).toContain('rows.txt');
    expect((await latheJson(['run', 'logs', started.id], workspace)).text).toContain("['--extra']");
  });

  it('is repeated with what it was given, not with what its program recorded beside', async () => {
    script('note.py', ['import lathe', 'lathe.config(batch=lathe.config.size * 2)', 'lathe.log({"x": 1.0})']);
    const file = script('recipe.yaml', ['command: python note.py', 'params: { size: 3 }']);
    const first = await latheJson(['train', file], workspace);
    expect((await runIs(first.id, 'finished')).params).toEqual({ size: 3, batch: 6 });
    const again = await latheJson(['run', 'again', first.id, '-p', 'size=4'], workspace);
    expect((await runIs(again.id, 'finished')).params).toEqual({ size: 4, batch: 8 });
    const refused = await latheJson(['run', 'again', first.id, '-p', 'sise=4'], workspace);
    expect(refused.error).toMatchObject({ code: 'INVALID_INPUT', nextStep: expect.stringContaining('size') });
  });

  it('is refused with the line or the field that is wrong', async () => {
    const refusal = async (...lines: string[]) =>
      (await latheJson(['train', script('recipe.yaml', lines)], workspace)).error;
    expect(await refusal('command: [a', 'x: 1')).toMatchObject({ code: 'DATA_MALFORMED', message: /YAML/ });
    expect(await refusal('comand: a')).toMatchObject({ code: 'INVALID_INPUT', nextStep: /command/ });
    expect(await refusal('command: a', 'resources: { memmory: 1GiB }')).toMatchObject({
      message: /memmory.*resources/,
      nextStep: /memory/,
    });
    expect(await refusal('command: a', 'resources: { memory: lots }')).toMatchObject({
      message: /resources.memory/,
    });
    expect(await refusal('command: a', 'template: mlp')).toMatchObject({ message: /either/ });
    expect(await refusal('command: a', 'checks: [loss is low]')).toMatchObject({ message: /check/ });
  });

  it('of a native template trains in Lathe itself', async () => {
    await latheJson(['data', 'import', 'digits', digits], workspace);
    const file = script('native.yaml', [
      'template: softmax',
      'data: { data: digits }',
      'params: { epochs: 2, target: label }',
    ]);
    const { id } = await latheJson(['train', file], workspace);
    expect(await runIs(id, 'finished')).toMatchObject({ target: 'native', params: { epochs: 2 } });
  });
});

describe('runs that ask for GPUs', () => {
  const program = [
    'import os, time',
    'print(os.environ["CUDA_VISIBLE_DEVICES"], flush=True)',
    'time.sleep(4)',
  ];

  it('get one each, wait for the next that is free, and have its readings beside their own', async () => {
    const gpus = fakeGpus({ gpus: [fakeGpu(0, { utilisation: 70, power: 250 })] });
    const before = process.env.PATH;
    try {
      process.env.PATH = `${gpus.folder}:${before}`;
      await host();
      const file = script('gpu.py', program);
      const first = await latheJson(['train', file, '--gpus', '1'], workspace);
      const second = await latheJson(['train', file, '--gpus', '1'], workspace);
      expect((await runIs(first.id, 'running')).gpus).toMatchObject([{ index: 0, vendor: 'nvidia' }]);
      expect(second).toMatchObject({ status: 'queued', waitingFor: 'GPUs: it asks for 1, 0 of 1 are free' });
      const ended = await runIs(first.id, 'finished');
      expect(ended.systemMetrics).toMatchObject({
        'system/gpu_0_percent': { max: 70 },
        'system/gpu_0_power_watts': { max: 250 },
      });
      expect(ended.energy.wattHours).toBeGreaterThan(0);
      await runIs(second.id, 'finished');
      for (const { id } of [first, second]) {
        const { text } = await latheJson(['run', 'logs', id], workspace);
        expect(text.trim()).toBe(ended.gpus[0].id);
      }
      const without = await latheJson(['train', file], workspace);
      await runIs(without.id, 'finished');
      expect((await latheJson(['run', 'logs', without.id], workspace)).text).toBe('\n');
    } finally {
      process.env.PATH = before;
      gpus.dispose();
    }
  });
});

describe('a template that is a program', () => {
  it('trains in an environment of its own, and what it trained is served', async (context) => {
    const python = await torchPython([]);
    if (python === null) return context.skip('there is no PyTorch');
    await host();
    const started = await latheJson(
      ['train', 'pytorch-cnn', '--python', python, '-p', 'epochs=1', '-p', 'samples=300'],
      workspace,
    );
    const run = await runIs(started.id, 'finished');
    expect(run).toMatchObject({
      template: 'pytorch-cnn',
      environment: { 'package.torch': expect.any(String) },
    });
    await latheJson(['model', 'register', 'cnn', '--run', started.id], workspace);
    const endpoint = await latheJson(['endpoint', 'start', 'cnn'], workspace);
    const folder = path.join(workspace, 'runs', started.id, 'outputs');
    const read = (name: string) => JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8'));
    const { token } = await latheJson(['token'], workspace);
    const answer = await fetch(endpoint.url, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(read('example-request.json')),
    });
    const expected = read('example-response.json').outputs;
    const { outputs } = (await answer.json()) as { outputs: { name: string; data: number[] }[] };
    for (const { name, data } of expected) {
      const got = outputs.find((output) => output.name === name)!.data;
      expect(Math.max(...data.map((value: number, at: number) => Math.abs(value - got[at]!)))).toBeLessThan(
        1e-4,
      );
    }
  });
});

describe('repeating a program', () => {
  it('uses the code as it was, whatever became of the folder, and says whether the same came out', async () => {
    const file = script('count.py', [
      ...counter,
      'lathe.log({"noise": __import__("random").random()}, step=99)',
    ]);
    const first = await latheJson(['train', file, '-p', 'steps=5'], workspace);
    await runIs(first.id, 'finished');
    script('count.py', ['raise SystemExit("changed")']);
    const again = await latheJson(['run', 'again', first.id, '-p', 'factor=3'], workspace);
    expect((await runIs(again.id, 'finished')).metrics.count).toBe(12);
    expect(again.parentRunId).toBe(first.id);
    const repeated = await lathe(['run', 'reproduce', first.id, '--follow', '--json'], workspace);
    expect(repeated.code).toBe(1);
    expect(JSON.parse(repeated.stdout)).toMatchObject({
      verdict: 'differs',
      metrics: expect.arrayContaining([
        expect.objectContaining({ key: 'count', verdict: 'identical' }),
        expect.objectContaining({ key: 'noise', verdict: 'differs', firstDifferentStep: 99 }),
      ]),
      environment: [],
    });
    const code = await latheJson(['run', 'code', first.id, 'count.py'], workspace);
    expect(code.text).toContain('import lathe, time');
  });
});

describe('a trial', () => {
  it('of a few steps predicts the whole', async () => {
    const file = script('trial.py', [
      'import lathe, time',
      'for step in range(500):',
      '    time.sleep(0.02)',
      '    with lathe.checkpoint(step) as folder:',
      '        (folder / "weights").write_bytes(bytes(5000))',
      '    lathe.log({"loss": 1.0}, step=step)',
      '    lathe.progress(step + 1, 500)',
    ]);
    const trial = await latheJson(['train', file, '--preflight'], workspace);
    expect(trial.stepMs).toBeGreaterThan(15);
    expect(trial.totalSteps).toBe(500);
    expect(trial.diskBytes).toBeGreaterThanOrEqual(5000);
    expect(trial.durationMs).toBeCloseTo(trial.stepMs * 500, 0);
    const run = await latheJson(['run', 'show', trial.run], workspace);
    expect(run).toMatchObject({ status: 'finished', preflight: true });
    expect(run.metricSummaries.loss.points).toBeLessThan(10);
  });

  it('is not needed to see what is missing', async () => {
    const file = script('count.py', counter);
    const ready = await latheJson(['train', file, '--check'], workspace);
    expect(ready.ready).toBe(true);
    const checks = await lathe(['train', file, '--check', '--gpus', '60', '--json'], workspace);
    expect(checks.code).toBe(1);
    expect(JSON.parse(checks.stdout).checks).toContainEqual(
      expect.objectContaining({ id: 'gpus', state: 'missing', nextStep: expect.stringContaining('fewer') }),
    );
  });
});

describe('a run that was made where Lathe is not', () => {
  it('is taken over once, and again for what is new', async () => {
    const folder = path.join(root, 'elsewhere', 'lathe-runs', '01a1fe54f36076fd912f585e144b41d2');
    fs.mkdirSync(path.join(folder, 'journal'), { recursive: true });
    fs.writeFileSync(
      path.join(folder, 'run.json'),
      JSON.stringify({
        version: 1,
        id: path.basename(folder),
        name: 'away',
        createdAt: 1000,
        params: { lr: 1 },
      }),
    );
    const journal = path.join(folder, 'journal', 'main.jsonl');
    const line = (record: object) => fs.appendFileSync(journal, `${JSON.stringify(record)}\n`);
    line({ type: 'header', version: 1, writer: 'main' });
    line({ type: 'metrics', step: 1, at: 2000, values: { loss: 1 } });
    const taken = await latheJson(['run', 'import', folder], workspace);
    expect(taken).toMatchObject({ name: 'away', status: 'lost', metrics: { loss: 1 }, params: { lr: 1 } });
    line({ type: 'metrics', step: 2, at: 3000, values: { loss: 0.5 } });
    fs.writeFileSync(
      path.join(folder, 'exit.json'),
      JSON.stringify({ state: 'finished', at: 4000, failure: null }),
    );
    const again = await latheJson(['run', 'import', folder], workspace);
    expect(again).toMatchObject({ id: taken.id, status: 'finished', metrics: { loss: 0.5 } });
    expect(await stepsOf(taken.id)).toEqual([1, 2]);
  });

  it('is refused if it is no such folder', async () => {
    fs.mkdirSync(root, { recursive: true });
    expect(await latheJson(['run', 'import', root], workspace)).toMatchObject({
      error: { code: 'PATH_NOT_FOUND' },
    });
  });
});
