import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { RunId } from '../../app/contract/ids.ts';
import type { Executor, JobEvidence, JobHandle } from '../../app/executors/executor.ts';
import { createProcessExecutor } from '../../app/executors/process/process.executor.ts';
import type { ExitSentinel } from '../../app/kernel/ports/run-journal.ts';
import { MemoryLog } from './memory-log.ts';
import { exitOf, newRunId, type ProgramRun, programRun, until } from './program-run.ts';

const resources = path.resolve(import.meta.dirname, '../../resources');

export interface StartedProgram {
  readonly run: RunId;
  readonly folder: string;
  readonly handle: JobHandle;
}

/** A process executor with folders of its own, and what tests do with it. */
export class ProgramBench {
  readonly root: string;
  readonly environments: string;
  readonly executor: Executor;
  readonly #started: StartedProgram[] = [];

  /** @param root an existing folder to work in, instead of a temporary one */
  constructor(root = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-program-'))) {
    this.root = root;
    this.environments = path.join(root, 'environments');
    this.executor = createProcessExecutor({
      environments: this.environments,
      sdk: path.join(resources, 'sdk', 'python'),
      launcher: path.join(resources, 'launcher'),
      log: new MemoryLog(),
    });
  }

  folder(run: RunId, given: ProgramRun): string {
    return programRun(path.join(this.root, 'runs'), run, given);
  }

  async start(given: ProgramRun): Promise<StartedProgram> {
    const run = newRunId();
    const folder = this.folder(run, given);
    const signal = new AbortController().signal;
    await this.executor.prepare(run, folder, { signal, onProgress: () => undefined });
    return this.submit(run, folder);
  }

  /** Start what lies in a folder already. */
  async submit(run: RunId, folder: string): Promise<StartedProgram> {
    return this.adopt({ run, folder, handle: await this.executor.submit(run, folder, { gpus: [] }) });
  }

  /** A program that someone else started is ended and cleared away with the others. */
  adopt(program: StartedProgram): StartedProgram {
    this.#started.push(program);
    return program;
  }

  ended({ folder, handle }: StartedProgram): Promise<void> {
    return until('the job is gone', async () => (await this.executor.observe(handle, folder)) === 'gone');
  }

  /** Start it and wait for its end. */
  async run(
    given: ProgramRun,
  ): Promise<StartedProgram & { exit: ExitSentinel | null; evidence: JobEvidence }> {
    const program = await this.start(given);
    await this.ended(program);
    const evidence = await this.executor.collect(program.handle, program.folder);
    return { ...program, exit: exitOf(program.folder), evidence };
  }

  /** End everything that was started and remove the folders. */
  async close(): Promise<void> {
    for (const { folder, handle } of this.#started) {
      await this.executor.cancel(handle, folder, true);
      await this.executor.collect(handle, folder);
    }
    fs.rmSync(this.root, { recursive: true });
  }
}

/** Whether a process is there and has not ended. */
export function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = `/proc/${pid}/stat`;
  return !fs.existsSync(stat) || !/\) [ZX] /.test(fs.readFileSync(stat, 'latin1'));
}
