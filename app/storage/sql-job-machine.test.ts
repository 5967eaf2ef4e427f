import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testCore } from '../../test/support/test-core.ts';
import type { RunId } from '../contract/ids.ts';
import { AppError } from '../kernel/app-error.ts';
import type { Core } from '../kernel/core.ts';

describe('the job machine', () => {
  let folder: string;
  let core: Core;

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-jobs-'));
    core = testCore(folder);
  });
  afterEach(async () => {
    await core.jobs.close();
    core.database.close();
    fs.rmSync(folder, { recursive: true });
  });

  const what = { kind: 'dataset.import', title: 'Import digits' } as const;

  it('keeps what a job made, and that it finished', async () => {
    const { id } = core.jobs.start(what, async ({ progress }) => {
      progress({ fraction: 0.5, message: 'half' });
      return { rows: 3 };
    });
    expect(await core.jobs.ended(id)).toMatchObject({
      state: 'finished',
      result: { rows: 3 },
      progress: { fraction: 1 },
    });
    expect(core.jobs.list({ active: true, limit: 10 })).toEqual([]);
  });

  it('tells a slow watcher the end, whatever other jobs do meanwhile', async () => {
    const gate = Promise.withResolvers<void>();
    const { id } = core.jobs.start(what, async ({ progress }) => {
      await gate.promise;
      for (let step = 0; step < 100; step++) progress({ message: `step ${step}` });
    });
    const watching = core.jobs.watch(id, undefined);
    await watching.next();
    await watching.next();
    const pending = watching.next();
    gate.resolve();
    await pending;
    while (core.jobs.get(id).state === 'running') await setImmediate();
    const other = core.jobs.start(what, async ({ progress }) => {
      for (let step = 0; step < 100; step++) progress({ message: `other ${step}` });
    });
    await core.jobs.ended(other.id);
    let last = '';
    for await (const job of watching) last = job.state;
    expect(last).toBe('finished');
  });

  it('keeps a declared fault as the reason of a failure', async () => {
    const { id } = core.jobs.start(what, async () => {
      throw new AppError('DATA_MALFORMED', 'row 3 has 4 cells', {
        nextStep: 'mend it',
        details: { line: 3 },
      });
    });
    expect((await core.jobs.ended(id)).failure).toEqual({
      code: 'DATA_MALFORMED',
      message: 'row 3 has 4 cells',
      data: { nextStep: 'mend it', details: { line: 3 } },
    });
  });

  it('shows a bug by its incident id only and logs the rest', async () => {
    const { id } = core.jobs.start(what, async () => {
      throw new TypeError('secret internals');
    });
    const { failure } = await core.jobs.ended(id);
    expect(failure?.code).toBe('BUG');
    expect(failure?.message).not.toContain('secret internals');
    expect(fs.readFileSync(path.join(core.folders.logs, 'core.log'), 'utf8')).toContain(
      failure!.data.incidentId!,
    );
  });

  it('cancels: the work hears of it and the job ends as cancelled, not failed', async () => {
    const { id } = core.jobs.start(what, async ({ signal }) => {
      while (!signal.aborted) await setImmediate();
      signal.throwIfAborted();
    });
    core.jobs.cancel(id);
    expect(await core.jobs.ended(id)).toMatchObject({ state: 'cancelled', failure: null });
    expect(core.jobs.cancel(id).state).toBe('cancelled');
  });

  it('shows a watcher the job now, its progress, and its end', async () => {
    let go: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    const { id } = core.jobs.start(what, async ({ progress }) => {
      await gate;
      progress({ message: 'working' });
    });
    const seen: string[] = [];
    for await (const job of core.jobs.watch(id, undefined)) {
      seen.push(`${job.state}: ${job.progress.message}`);
      go();
    }
    expect(seen[0]).toBe('running: ');
    expect(seen).toContain('running: working');
    expect(seen.at(-1)).toBe('finished: working');
  });

  it('calls a job lost whose process died, and leaves runs to those who can find them', () => {
    core.jobs.start(what, () => new Promise(() => undefined));
    core.jobs.adopt({ kind: 'run', title: 'mlp', runId: 'f'.repeat(32) as RunId, onCancel: () => undefined });
    core.database.close();
    core = testCore(folder);
    expect(
      core.jobs
        .list({ active: false, limit: 10 })
        .map(({ kind, state }) => `${kind} ${state}`)
        .sort(),
    ).toEqual(['dataset.import lost', 'run queued']);
  });
});
