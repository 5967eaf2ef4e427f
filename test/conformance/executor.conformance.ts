import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunId } from '../../app/contract/ids.ts';
import type { Executor, JobHandle } from '../../app/executors/executor.ts';
import { clearForResume, exitOf, journalOf, newRunId, until } from '../support/program-run.ts';

/**
 * What a run of the suite does: it tells a metric, makes a file in `outputs/` and ends well; it ends badly; it goes on until it is
 * asked to stop; it goes on whatever it is asked. A target whose programs cannot be deaf gives one that goes on instead.
 */
export type Behaviour = 'finishes' | 'fails' | 'goes on' | 'is deaf';

export interface ExecutorUnderTest {
  /** An executor as a core makes it at its start; called again, it is one that remembers nothing. */
  executor(): Executor;
  /** A run's folder, ready to be submitted. Below one folder of the suite's own. */
  folder(run: RunId, behaviour: Behaviour): string | Promise<string>;
  /** End the job from outside as a crash would, so that nothing of it can tell how it ended. */
  destroy(handle: JobHandle, folder: string): void | Promise<void>;
  close(): void | Promise<void>;
}

export interface ExecutorSubject {
  readonly name: string;
  /** Why it cannot be tested here; null: it can. */
  readonly skipped?: string | null;
  create(): ExecutorUnderTest | Promise<ExecutorUnderTest>;
}

/** What executor.ts promises, for every kind of target. */
export function executorConformance({ name, skipped = null, create }: ExecutorSubject): void {
  if (skipped) console.warn(`skipped: the executor ${name} (${skipped})`);
  describe.skipIf(skipped)(`the executor ${name}`, () => {
    let subject: ExecutorUnderTest;
    let executor: Executor;
    const begun: { readonly handle: JobHandle; readonly folder: string }[] = [];

    beforeAll(async () => {
      subject = await create();
      executor = subject.executor();
    });
    afterAll(async () => {
      for (const { handle, folder } of begun) {
        if (fs.existsSync(folder)) await executor.cancel(handle, folder, true);
        if (fs.existsSync(folder)) await executor.collect(handle, folder);
      }
      await subject?.close();
    });

    const context = () => ({ signal: new AbortController().signal, onProgress: () => undefined });

    async function start(behaviour: Behaviour) {
      const run = newRunId();
      const folder = await subject.folder(run, behaviour);
      await executor.prepare(run, folder, context());
      const handle = await executor.submit(run, folder, { gpus: [] });
      begun.push({ handle, folder });
      return { run, folder, handle };
    }

    const ends = ({ handle, folder }: { handle: JobHandle; folder: string }, by = executor) =>
      until('the job is gone', async () => (await by.observe(handle, folder)) === 'gone');

    /** Something of the program itself runs, so that what is asked of it now is asked of the program. */
    const works = ({ folder }: { folder: string }) =>
      until('the program has begun', () =>
        ['stdout.log', 'journal'].some((entry) => {
          const place = path.join(folder, entry);
          if (entry === 'stdout.log') return fs.existsSync(place) && fs.statSync(place).size > 0;
          return journalOf(folder).some(({ type }) => type === 'metrics');
        }),
      );

    it('tells that a program ended well, what it said, and which files it left', async () => {
      const job = await start('finishes');
      await ends(job);
      expect(exitOf(job.folder)).toMatchObject({ state: 'finished', failure: null });
      const evidence = await executor.collect(job.handle, job.folder);
      expect(evidence).toMatchObject({ outOfMemory: false, endedBy: null });
      const records = journalOf(job.folder);
      expect(records.some(({ type }) => type === 'metrics')).toBe(true);
      const files = records.flatMap((record) => (record.type === 'artifact' ? [record.path] : []));
      expect(files.length).toBeGreaterThan(0);
      for (const file of files)
        expect(fs.existsSync(path.join(job.folder, 'outputs', file)), file).toBe(true);
      expect(fs.statSync(path.join(job.folder, 'stdout.log')).size).toBeGreaterThan(0);
    });

    it('tells that a program failed', async () => {
      const job = await start('fails');
      await ends(job);
      expect(exitOf(job.folder)?.state).toBe('failed');
      expect((await executor.collect(job.handle, job.folder)).outOfMemory).toBe(false);
      expect(fs.statSync(path.join(job.folder, 'stderr.log')).size).toBeGreaterThan(0);
    });

    it('makes ready as often as it is asked, and stops making ready without an error of its own', async () => {
      const run = newRunId();
      const folder = await subject.folder(run, 'finishes');
      await executor.prepare(run, folder, context());
      await executor.prepare(run, folder, context());
      const aborted = executor.prepare(run, folder, { ...context(), signal: AbortSignal.abort() });
      await aborted.catch((error: Error) => expect(error.name).toBe('AbortError'));
      expect(await executor.find(run, folder)).toBeNull();
      expect(exitOf(folder)).toBeNull();
    });

    it('stops a program that is asked, as often as it is asked', async () => {
      const job = await start('goes on');
      await works(job);
      expect(await executor.observe(job.handle, job.folder)).toBe('running');
      await executor.cancel(job.handle, job.folder, false);
      await executor.cancel(job.handle, job.folder, false);
      await ends(job);
      expect(exitOf(job.folder)?.state).toBe('cancelled');
      await executor.cancel(job.handle, job.folder, false);
      await executor.cancel(job.handle, job.folder, true);
      expect(await executor.observe(job.handle, job.folder)).toBe('gone');
    });

    it('ends a program that does not listen', async () => {
      const job = await start('is deaf');
      await works(job);
      await executor.cancel(job.handle, job.folder, true);
      await ends(job);
      // What ended it may have left no one to tell; the core knows that it asked.
      expect(exitOf(job.folder)?.state ?? 'cancelled').toBe('cancelled');
    });

    it('finds a job again that another core started, and can stop it', async () => {
      const job = await start('goes on');
      await works(job);
      const later = subject.executor();
      const found = await later.find(job.run, job.folder);
      expect(found).not.toBeNull();
      expect(await later.observe(found!, job.folder)).toBe('running');
      const stored = JSON.parse(JSON.stringify(job.handle)) as JobHandle;
      expect(stored).toEqual(job.handle);
      expect(await later.observe(stored, job.folder)).toBe('running');
      await later.cancel(found!, job.folder, false);
      await ends({ handle: stored, folder: job.folder }, later);
      expect(exitOf(job.folder)?.state).toBe('cancelled');
    });

    it('finds nothing where nothing was submitted', async () => {
      const run = newRunId();
      expect(await executor.find(run, await subject.folder(run, 'finishes'))).toBeNull();
    });

    it('does not call a job that was destroyed a finished one', async () => {
      const job = await start('goes on');
      await works(job);
      await subject.destroy(job.handle, job.folder);
      await ends(job);
      expect(exitOf(job.folder)?.state ?? 'failed').toBe('failed');
      await executor.collect(job.handle, job.folder);
    });

    it('tells what a job uses, in counters that only grow, until there is none', async () => {
      const job = await start('goes on');
      await works(job);
      const first = await executor.usage(job.handle, job.folder);
      const second = await executor.usage(job.handle, job.folder);
      expect(first!.processes).toBeGreaterThan(0);
      expect(first!.memoryBytes).toBeGreaterThan(0);
      expect(second!.cpuMs).toBeGreaterThanOrEqual(first!.cpuMs);
      expect(second!.readBytes ?? 0).toBeGreaterThanOrEqual(first!.readBytes ?? 0);
      expect(second!.writtenBytes ?? 0).toBeGreaterThanOrEqual(first!.writtenBytes ?? 0);
      await executor.cancel(job.handle, job.folder, true);
      await ends(job);
      await executor.collect(job.handle, job.folder);
      expect(await executor.usage(job.handle, job.folder)).toBeNull();
    });

    it('keeps jobs apart', async () => {
      const one = await start('goes on');
      const other = await start('goes on');
      await works(one);
      await works(other);
      await executor.cancel(one.handle, one.folder, true);
      await ends(one);
      await executor.collect(one.handle, one.folder);
      expect(await executor.observe(other.handle, other.folder)).toBe('running');
      await executor.cancel(other.handle, other.folder, true);
      await ends(other);
    });

    it('collects a second time what it collected before', async () => {
      const job = await start('finishes');
      await ends(job);
      const evidence = await executor.collect(job.handle, job.folder);
      const records = journalOf(job.folder);
      expect(await executor.collect(job.handle, job.folder)).toEqual(evidence);
      expect(journalOf(job.folder)).toEqual(records);
    });

    it('runs again in the folder of an earlier attempt', async () => {
      const job = await start('goes on');
      await works(job);
      await executor.cancel(job.handle, job.folder, true);
      await ends(job);
      await executor.collect(job.handle, job.folder);
      clearForResume(job.folder);
      await executor.prepare(job.run, job.folder, context());
      const handle = await executor.submit(job.run, job.folder, { gpus: [] });
      begun.push({ handle, folder: job.folder });
      expect(await executor.observe(handle, job.folder)).toBe('running');
      await executor.cancel(handle, job.folder, true);
      await ends({ handle, folder: job.folder });
    });
  });
}
