import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { type JournalRecord, journalRecord } from '../../app/kernel/ports/run-journal.ts';

/** The folder that goes on PYTHONPATH. */
export const sdkFolder = fileURLToPath(new URL('../../resources/sdk/python', import.meta.url));

export type RecordOf<Type extends JournalRecord['type']> = Extract<JournalRecord, { type: Type }>;

export interface Ended {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A Python program under test, as Lathe would start it: in a run folder of its own, or without one. */
export interface Program {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when the program has printed this. */
  printed(text: string): Promise<void>;
}

/** A folder that is removed after the test. */
export function temporaryFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-sdk-'));
  onTestFinished(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A run's folder as the core prepares it. */
export function runFolder(params: Readonly<Record<string, unknown>> = {}): string {
  const folder = temporaryFolder();
  for (const name of ['journal', 'outputs', 'checkpoint', 'inputs', 'code'])
    fs.mkdirSync(path.join(folder, name));
  fs.writeFileSync(path.join(folder, 'params.json'), JSON.stringify(params));
  return folder;
}

/** The variables that a program of a run in `folder` gets (kernel/ports/launch.ts). */
export function variablesOf(folder: string): Record<string, string> {
  return {
    LATHE_RUN_ID: '0192f00000007000800000000000000a',
    LATHE_RUN_DIR: folder,
    LATHE_OUTPUTS: path.join(folder, 'outputs'),
    LATHE_PARAMS: path.join(folder, 'params.json'),
    LATHE_INPUTS: path.join(folder, 'inputs'),
  };
}

export interface ProgramOptions {
  readonly variables?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Start a program given as text. Without LATHE_ variables among `variables` it runs as if there were no Lathe. */
export function startProgram(python: string, source: string, options: ProgramOptions = {}): Program {
  const cwd = options.cwd ?? temporaryFolder();
  const file = path.join(cwd, 'program.py');
  fs.writeFileSync(file, source);
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('LATHE_'));
  const child = spawn(python, [file], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...Object.fromEntries(inherited),
      PYTHONPATH: sdkFolder,
      PYTHONDONTWRITEBYTECODE: '1',
      PYTHONUNBUFFERED: '1',
      ...options.variables,
    },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  const waiting: (() => void)[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    for (const check of waiting) check();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode, signal) => resolve({ exitCode, signal, stdout, stderr }));
  });
  const printed = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const check = () => stdout.includes(text) && resolve();
      waiting.push(check);
      check();
      void ended.then((end) =>
        reject(new Error(`the program ended without printing ${text}: ${end.stderr}`)),
      );
    });
  return { process: child, ended, printed };
}

/** Run a program to its end. */
export async function runProgram(
  python: string,
  source: string,
  options: ProgramOptions = {},
): Promise<Ended> {
  return startProgram(python, source, options).ended;
}

/** Every record of every journal of a run, by writer. A complete line that is no journal record is an error. */
export function journalsOf(folder: string): Map<string, JournalRecord[]> {
  const journals = new Map<string, JournalRecord[]>();
  for (const name of fs.readdirSync(path.join(folder, 'journal')).sort()) {
    const lines = fs
      .readFileSync(path.join(folder, 'journal', name), 'utf8')
      .split('\n')
      .slice(0, -1);
    const records = lines.map((line) => journalRecord.parse(JSON.parse(line)));
    journals.set(name.replace(/\.jsonl$/, ''), records);
  }
  return journals;
}

/** Records of one type, of all writers. */
export function recordsOf<Type extends JournalRecord['type']>(folder: string, type: Type): RecordOf<Type>[] {
  return [...journalsOf(folder).values()].flat().filter((each): each is RecordOf<Type> => each.type === type);
}

/** What was recorded under a key as [step, value], in the order of the journals. */
export function seriesOf(folder: string, key: string): [number, number | string][] {
  return recordsOf(folder, 'metrics').flatMap(({ step, values }) =>
    key in values ? [[step, values[key]!] as [number, number | string]] : [],
  );
}

/** The only run that a program without Lathe made below its working folder. */
export function ownRunOf(cwd: string): string {
  const runs = path.join(cwd, 'lathe-runs');
  const names = fs.readdirSync(runs);
  if (names.length !== 1) throw new Error(`expected one run, found ${names.join(', ')}`);
  return path.join(runs, names[0]!);
}
