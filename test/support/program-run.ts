import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { RunId } from '../../app/contract/ids.ts';
import type { LaunchSpec } from '../../app/kernel/ports/launch.ts';
import {
  type ExitSentinel,
  exitSentinel,
  type JournalRecord,
  journalRecord,
} from '../../app/kernel/ports/run-journal.ts';

/** What a test says about a run's program; the rest is as in a plain recipe. */
export interface ProgramRun extends Partial<Omit<LaunchSpec, 'environment' | 'resources' | 'runId'>> {
  readonly environment?: Partial<LaunchSpec['environment']>;
  readonly resources?: Partial<LaunchSpec['resources']>;
  /** Files of the working folder by name. */
  readonly files?: Readonly<Record<string, string>>;
}

export const newRunId = () => randomBytes(16).toString('hex') as RunId;

/** Make a run's folder as domains/training would. @returns the folder, `<root>/<run>` */
export function programRun(root: string, run: RunId, given: ProgramRun): string {
  const folder = path.join(root, run);
  const { files = {}, environment, resources, ...rest } = given;
  for (const name of ['code', 'inputs', 'journal', 'outputs', 'checkpoint'])
    fs.mkdirSync(path.join(folder, name), { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, 'code', name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, content, { mode: 0o755 });
  }
  const spec: LaunchSpec = {
    version: 1,
    runId: run,
    runName: 'a test',
    project: 'default',
    experiment: 'default',
    command: ['true'],
    params: {},
    variables: {},
    inputs: [],
    environment: {
      python: null,
      requirements: null,
      systemPackages: false,
      image: null,
      dockerfile: null,
      imageArchive: null,
      network: false,
      ...environment,
    },
    resources: {
      cpus: null,
      memoryBytes: null,
      gpus: 0,
      shareGpus: false,
      shmBytes: null,
      timeLimitMs: null,
      ...resources,
    },
    outputs: [],
    resume: false,
    preflight: false,
    ...rest,
  };
  fs.writeFileSync(path.join(folder, 'params.json'), JSON.stringify(spec.params));
  fs.writeFileSync(path.join(folder, 'launch.json'), JSON.stringify(spec));
  return folder;
}

/** What a core does before it starts a run again in its folder. */
export function clearForResume(folder: string): void {
  for (const name of ['exit.json', 'process.json', 'cancel'])
    fs.rmSync(path.join(folder, name), { force: true });
}

/** @returns null while there is none */
export function exitOf(folder: string): ExitSentinel | null {
  const file = path.join(folder, 'exit.json');
  return fs.existsSync(file) ? exitSentinel.parse(JSON.parse(fs.readFileSync(file, 'utf8'))) : null;
}

/** Every complete line of a run's journals. */
export function journalOf(folder: string): JournalRecord[] {
  const journals = path.join(folder, 'journal');
  return fs
    .readdirSync(journals)
    .filter((name) => name.endsWith('.jsonl'))
    .flatMap((name) => fs.readFileSync(path.join(journals, name), 'utf8').split('\n').slice(0, -1))
    .map((line) => journalRecord.parse(JSON.parse(line)));
}

/** The facts that a run told about where it runs. */
export function factsOf(folder: string): Record<string, string> {
  const records = journalOf(folder).filter((record) => record.type === 'environment');
  return Object.assign({}, ...records.map(({ values }) => values));
}

export function textOf(folder: string, name: string): string {
  const file = path.join(folder, name);
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
}

/** Wait until something is so; fails with the words given after a minute and a half. */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const endAt = performance.now() + 90_000;
  while (!(await condition())) {
    if (performance.now() > endAt) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
