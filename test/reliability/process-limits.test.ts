import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ProgramBench } from '../support/program-bench.ts';
import { exitOf, factsOf, journalOf, newRunId, type ProgramRun, textOf } from '../support/program-run.ts';
import { findPython } from '../support/python.ts';
import { smallDisk } from '../support/small-disk.ts';

/** Whether control groups may be made, where the machine permits it at all. */
const groups = vi.hoisted(() => ({ permitted: true }));
vi.mock('../../app/executors/process/control-group.ts', async (original) => {
  const real = await original<typeof import('../../app/executors/process/control-group.ts')>();
  const makeControlGroup: typeof real.makeControlGroup = async (...given) =>
    groups.permitted ? real.makeControlGroup(...given) : null;
  return { ...real, makeControlGroup };
});

const sh = (script: string): ProgramRun => ({ command: ['sh', '-c', script] });

const python = findPython();

describe.skipIf(!python || process.platform !== 'linux')('a program with limits', () => {
  let bench: ProgramBench;
  beforeEach(() => {
    bench = new ProgramBench();
  });
  afterEach(() => bench.close());

  const greedy = { command: ['python', '-c', 'x = bytearray(600_000_000)\nprint(len(x))'] };

  it('is ended when it takes more memory than it has, and that is told', async () => {
    const job = await bench.run({ ...greedy, resources: { memoryBytes: 100 * 2 ** 20 } });
    const limits = journalOf(job.folder).find((record) => record.type === 'environment')!.values.limits!;
    expect(limits).toContain('memory 100 MiB');
    if (limits.includes('control group')) {
      expect(job.exit).toMatchObject({ state: 'failed', signal: 'SIGKILL' });
      expect(job.evidence.outOfMemory).toBe(true);
      expect((await bench.executor.collect(job.handle, job.folder)).outOfMemory).toBe(true);
      for (const folder of String(job.handle.groups).split('\n')) expect(fs.existsSync(folder)).toBe(false);
    } else {
      console.warn('skipped: memory by control group (none can be made here)');
      expect(textOf(job.folder, 'stderr.log')).toContain('MemoryError');
    }
  });

  it('is kept to them as far as plain limits go, where no control group can be made', async () => {
    groups.permitted = false;
    try {
      const job = await bench.run({ ...greedy, resources: { memoryBytes: 200 * 2 ** 20, cpus: 2 } });
      expect(job.exit).toMatchObject({ state: 'failed', exitCode: 1 });
      expect(textOf(job.folder, 'stderr.log')).toContain('MemoryError');
      expect(factsOf(job.folder).limits).toBe(
        'memory 200 MiB (the data of each process), processors 2 (not enforced)',
      );
      expect(job.handle.groups).toBeNull();
    } finally {
      groups.permitted = true;
    }
  });

  it('is not called out of memory when it ends otherwise', async () => {
    const job = await bench.run({ ...greedy, resources: { memoryBytes: 2 ** 31, cpus: 0.5 } });
    expect(job.exit?.state).toBe('finished');
    expect(job.evidence.outOfMemory).toBe(false);
  });
});

describe('a program on a full disk', () => {
  it('is told how it ended, and another is refused with the cure', async (context) => {
    const disk = smallDisk(3);
    if (!disk) return context.skip();
    const root = path.join(disk.folder, 'work');
    fs.mkdirSync(root);
    const bench = new ProgramBench(root);
    const fills =
      'echo kept > "$LATHE_OUTPUTS/kept"; dd if=/dev/zero of=../../../../filler bs=4096 2>/dev/null; echo "no room" || exit 5; exit 6';
    const filling = await bench.start(sh(fills));
    await bench.ended(filling);
    expect(exitOf(filling.folder)).toMatchObject({ state: 'failed', exitCode: 5, signal: null });
    // That a file was left cannot be noted now. It is told, and works when there is room again.
    await expect(bench.executor.collect(filling.handle, filling.folder)).rejects.toMatchObject({
      code: 'DISK_FULL',
    });
    const next = newRunId();
    fs.rmSync(path.join(disk.folder, 'filler'));
    await bench.executor.collect(filling.handle, filling.folder);
    expect(journalOf(filling.folder)).toContainEqual({ type: 'artifact', path: 'kept' });
    const folder = bench.folder(next, sh('true'));
    disk.fill();
    await expect(bench.executor.submit(next, folder, { gpus: [] })).rejects.toMatchObject({
      code: 'DISK_FULL',
    });
    fs.rmSync(path.join(disk.folder, 'filler'));
    await bench.ended(await bench.submit(next, folder));
    expect(exitOf(folder)?.state).toBe('finished');
    await bench.close();
    disk.remove();
  });
});
