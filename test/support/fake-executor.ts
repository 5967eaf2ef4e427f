import fs from 'node:fs';
import path from 'node:path';
import type { RunId } from '../../app/contract/ids.ts';
import type { Executor, Grant, JobEvidence, JobUsage } from '../../app/executors/executor.ts';
import type { ExitSentinel, JournalRecord } from '../../app/kernel/ports/run-journal.ts';

export interface FakeJob {
  readonly folder: string;
  readonly cancels: readonly ('asked' | 'forced')[];
  /** What it was given when it was submitted last. */
  readonly grant: Grant;
  /** What the target answers about it from now on. */
  usage: JobUsage | null;
  evidence: JobEvidence;
  /** How often its evidence was collected. */
  readonly collected: number;
  journal(...records: JournalRecord[]): void;
  raw(text: string): void;
  output(name: string, content: string): void;
  exit(state: ExitSentinel['state'], failure?: NonNullable<ExitSentinel['failure']>): void;
  /** Vanish without a sentinel. */
  die(): void;
}

export interface FakeExecutor extends Executor {
  submissions: number;
  /** Thrown by the next submit. */
  refuse: Error | null;
  /** How often a run was made ready. */
  preparations: number;
  /** What making ready takes; nothing unless the test says otherwise. */
  onPrepare: Executor['prepare'];
  job(run: RunId): FakeJob;
}

/** A target whose jobs do what the test says, through the files of a real run folder. */
export function fakeExecutor(): FakeExecutor {
  const jobs = new Map<
    string,
    FakeJob & { there: boolean; cancels: ('asked' | 'forced')[]; collected: number }
  >();

  function start(run: RunId, folder: string, grant: Grant) {
    const journalPath = path.join(folder, 'journal', 'fake.jsonl');
    const job = {
      folder,
      there: true,
      cancels: [] as ('asked' | 'forced')[],
      grant,
      usage: null as JobUsage | null,
      evidence: { outOfMemory: false, endedBy: null, environment: {} } as JobEvidence,
      collected: 0,
      journal(...records: JournalRecord[]) {
        fs.appendFileSync(journalPath, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
      },
      raw: (text: string) => fs.appendFileSync(journalPath, text),
      output: (name: string, content: string) =>
        fs.writeFileSync(path.join(folder, 'outputs', name), content),
      exit(state: ExitSentinel['state'], failure: ExitSentinel['failure'] = null) {
        fs.writeFileSync(path.join(folder, 'exit.tmp'), JSON.stringify({ state, at: 1, failure }));
        fs.renameSync(path.join(folder, 'exit.tmp'), path.join(folder, 'exit.json'));
        job.there = false;
      },
      die() {
        job.there = false;
      },
    };
    jobs.set(run, job);
  }

  const executor: FakeExecutor = {
    target: 'fake',
    submissions: 0,
    refuse: null,
    preparations: 0,
    onPrepare: async () => {},
    job: (run) => jobs.get(run)!,
    async prepare(run, folder, context) {
      executor.preparations += 1;
      await executor.onPrepare(run, folder, context);
    },
    async submit(run, folder, grant) {
      if (executor.refuse) throw executor.refuse;
      executor.submissions += 1;
      start(run, folder, grant);
      return { run };
    },
    find: async (run) => (jobs.has(run) ? { run } : null),
    observe: async ({ run }) => (jobs.get(String(run))?.there ? 'running' : 'gone'),
    async cancel({ run }, _folder, force) {
      jobs.get(String(run))?.cancels.push(force ? 'forced' : 'asked');
    },
    async collect({ run }) {
      const job = jobs.get(String(run));
      if (!job) return { outOfMemory: false, endedBy: null, environment: {} };
      job.collected += 1;
      return job.evidence;
    },
    usage: async ({ run }) => jobs.get(String(run))?.usage ?? null,
  };
  return executor;
}
