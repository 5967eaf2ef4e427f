import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { startOwnEngine } from '../support/docker-engine.ts';
import { begin, executorFor, outputOf, pythonRun, until, watch } from './container-run.ts';

const engine = await startOwnEngine();

afterAll(() => engine?.stop());

const slow = `
import time
for n in range(600):
    print('line', n, flush=True)
    time.sleep(0.1)
`;

describe.skipIf(!engine)('an engine that is killed while a run is in it', () => {
  it('concludes nothing while it is away, and tells of the end when it is back', {
    timeout: 300_000,
  }, async () => {
    const executor = executorFor(engine!);
    const run = pythonRun(slow);
    const handle = await begin(executor, run);
    await until('it prints', async () => {
      await executor.observe(handle, run.folder);
      return outputOf(run).includes('line 5\n');
    });

    await engine!.kill();
    await expect(executor.observe(handle, run.folder)).rejects.toMatchObject({ code: 'TARGET_FAILED' });
    await expect(executor.find(run.id, run.folder)).rejects.toMatchObject({ code: 'TARGET_FAILED' });
    expect(await executor.usage(handle, run.folder)).toBeNull();
    await expect(executor.collect(handle, run.folder)).rejects.toMatchObject({ code: 'TARGET_FAILED' });
    // The container goes on without its daemon for a moment; what it prints now is in nobody's log.
    await sleep(500);

    await engine!.start();
    expect(await executor.find(run.id, run.folder)).toEqual(handle);
    const exit = await watch(executor, handle, run.folder);
    // This engine ends what it finds running when it starts.
    expect(exit).toMatchObject({ state: 'failed' });
    const { endedBy } = await executor.collect(handle, run.folder);
    expect(endedBy).toMatch(/engine/);
    const lines = outputOf(run).trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(5);
    expect(lines).toEqual(lines.map((_line, n) => `line ${n}`));
    await executor.close();
  });

  it('does not start a second container for a run that was submitted while it went away', {
    timeout: 300_000,
  }, async () => {
    const executor = executorFor(engine!);
    const run = pythonRun(`print('once')`);
    await executor.prepare(run.id, run.folder, {
      signal: new AbortController().signal,
      onProgress: () => undefined,
    });
    await engine!.kill();
    await expect(executor.submit(run.id, run.folder, { gpus: [] })).rejects.toMatchObject({
      code: 'TARGET_FAILED',
    });
    await engine!.start();
    expect(await executor.find(run.id, run.folder)).toBeNull();
    const handle = await executor.submit(run.id, run.folder, { gpus: [] });
    expect(await watch(executor, handle, run.folder)).toMatchObject({ state: 'finished' });
    expect(outputOf(run)).toBe('once\n');
    await executor.collect(handle, run.folder);
    await executor.close();
  });
});
