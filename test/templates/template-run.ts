import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import { type Recipe, recipe } from '../../app/contract/recipe.ts';
import { fromWireNumber } from '../../app/contract/wire.ts';
import { type JournalRecord, journalRecord } from '../../app/kernel/ports/run-journal.ts';

const resources = path.resolve(import.meta.dirname, '../../resources');
const templates = path.join(resources, 'templates');
const sdk = path.join(resources, 'sdk/python');
/** Time for an interpreter to start, import its framework and reach the first checkpoint on a busy machine. */
const CHECKPOINT_LIMIT_MS = 90_000;

type Values = Readonly<Record<string, string | number | boolean>>;

export const templateIds = (): string[] => fs.readdirSync(templates).sort();
export const templateFile = (id: string, name: string): string => path.join(templates, id, name);
export const readRecipe = (id: string): Recipe =>
  recipe.parse(parse(fs.readFileSync(templateFile(id, 'recipe.yaml'), 'utf8')));

/** Every parameter's default by its key. */
export function defaultsOf({ params }: Recipe): Values {
  const pairs = Object.entries(params).map(([key, value]) => [
    key,
    typeof value === 'object' ? value.default : value,
  ]);
  return Object.fromEntries(pairs.filter(([, value]) => value !== null));
}

/** One start of a program in a run folder, as it ended, with what it wrote into journals of its own. */
export interface Attempt {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly records: readonly JournalRecord[];
  /** Every recorded value by key: [step, value]. */
  readonly points: Readonly<Record<string, readonly (readonly [number, number])[]>>;
  readonly summary: Readonly<Record<string, string | number | boolean>>;
  /** Step of the last checkpoint in the run's folder; a killed program may not have told of it any more. */
  readonly checkpoint: number;
  /** The steps that were logged, in order, each once. */
  readonly steps: readonly number[];
}

export interface Start {
  readonly variables?: Readonly<Record<string, string>>;
  /** Folders of data by name. */
  readonly inputs?: Readonly<Record<string, string>>;
}

/** Run folders of templates below one temporary folder, and their programs as plain child processes. */
export class TemplateBench {
  readonly root = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-templates-'));
  readonly #children = new Set<ChildProcess>();
  #runs = 0;

  /** End what a failed test left running, and remove everything. */
  async remove(): Promise<void> {
    for (const child of this.#children) endGroup(child, 'SIGKILL');
    fs.rmSync(this.root, { recursive: true, force: true });
  }

  /** A run folder as Lathe makes it, with the template's defaults and what the test gives. */
  folder(id: string, params: Values = {}): TemplateRun {
    this.#runs += 1;
    const folder = path.join(this.root, `run-${this.#runs}`);
    for (const name of ['journal', 'outputs', 'checkpoint', 'inputs'])
      fs.mkdirSync(path.join(folder, name), { recursive: true });
    fs.cpSync(path.join(templates, id), path.join(folder, 'code'), { recursive: true });
    const known = readRecipe(id);
    const values = { ...defaultsOf(known), ...params };
    fs.writeFileSync(path.join(folder, 'params.json'), JSON.stringify(values));
    return new TemplateRun(id, folder, known, values, this.#children);
  }
}

export class TemplateRun {
  readonly id: string;
  readonly folder: string;
  readonly #recipe: Recipe;
  readonly #params: Values;
  readonly #children: Set<ChildProcess>;

  constructor(id: string, folder: string, known: Recipe, params: Values, children: Set<ChildProcess>) {
    this.id = id;
    this.folder = folder;
    this.#recipe = known;
    this.#params = params;
    this.#children = children;
  }

  output(name: string): string {
    return path.join(this.folder, 'outputs', name);
  }

  /** Run the program to its end. */
  run(python: string, start: Start = {}): Promise<Attempt> {
    return this.#start(python, start).ended;
  }

  /** Run it until it has made a checkpoint, and then send it, and all that it started, a signal. */
  async interrupt(python: string, signal: 'SIGTERM' | 'SIGKILL', start: Start = {}): Promise<Attempt> {
    const { child, ended, records } = this.#start(python, start);
    const deadline = Date.now() + CHECKPOINT_LIMIT_MS;
    while (child.exitCode === null && !records().some(({ type }) => type === 'checkpoint')) {
      if (Date.now() > deadline)
        throw new Error(`${this.id} made no checkpoint in ${CHECKPOINT_LIMIT_MS} ms`);
      await sleep(20);
    }
    endGroup(child, signal);
    return ended;
  }

  #start(python: string, { variables = {}, inputs = {} }: Start) {
    for (const [name, target] of Object.entries(inputs)) {
      const link = path.join(this.folder, 'inputs', name);
      if (!fs.existsSync(link)) fs.symlinkSync(target, link);
    }
    const before = new Set(journals(this.folder));
    const records = () => readJournals(journals(this.folder).filter((file) => !before.has(file)));
    const [program, ...words] = this.#command(python);
    const child = spawn(program!, words, {
      cwd: path.join(this.folder, 'code'),
      env: this.#environment(inputs, variables),
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#children.add(child);
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] += text;
      });
    const ended = new Promise<Attempt>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (exitCode, signal) => {
        this.#children.delete(child);
        resolve({
          exitCode,
          signal,
          ...output,
          checkpoint: lastCheckpoint(this.folder),
          ...described(records()),
        });
      });
    });
    return { child, ended, records };
  }

  /** The recipe's command with its placeholders filled in. */
  #command(python: string): string[] {
    const line = this.#recipe.command as string;
    return line
      .trim()
      .split(/\s+/)
      .flatMap((word) => {
        if (word === 'python') return [python];
        if (word === '{params}')
          return Object.entries(this.#params).flatMap(([key, value]) => [`--${key}`, String(value)]);
        return [word.replace(/\{(\w+)\}/g, (_, key: string) => String(this.#params[key]))];
      });
  }

  #environment(
    inputs: Readonly<Record<string, string>>,
    more: Readonly<Record<string, string>>,
  ): Record<string, string> {
    const first = inputs.data ? 'data' : Object.keys(inputs)[0];
    return {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '',
      // Two cores are shared by all tests; threads that wait for each other would take most of them.
      OMP_NUM_THREADS: '1',
      ...this.#recipe.environment.variables,
      LATHE_RUN_ID: '0'.repeat(32),
      LATHE_RUN_NAME: this.id,
      LATHE_PROJECT: 'test',
      LATHE_EXPERIMENT: 'test',
      LATHE_RUN_DIR: this.folder,
      LATHE_OUTPUTS: path.join(this.folder, 'outputs'),
      LATHE_PARAMS: path.join(this.folder, 'params.json'),
      LATHE_INPUTS: path.join(this.folder, 'inputs'),
      ...(first && { LATHE_DATA: path.join(this.folder, 'inputs', first) }),
      PYTHONUNBUFFERED: '1',
      PYTHONPATH: sdk,
      CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
      CUDA_VISIBLE_DEVICES: '',
      ...more,
    };
  }
}

function endGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It ended by itself a moment ago.
  }
}

function journals(folder: string): string[] {
  const journal = path.join(folder, 'journal');
  return fs.readdirSync(journal).map((name) => path.join(journal, name));
}

function lastCheckpoint(folder: string): number {
  const names = fs.readdirSync(path.join(folder, 'checkpoint')).filter((name) => /^\d+$/.test(name));
  return Math.max(0, ...names.map(Number));
}

function readJournals(files: readonly string[]): JournalRecord[] {
  return files.flatMap((file) => {
    // What follows the last newline is a line that was cut off.
    const lines = fs.readFileSync(file, 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => journalRecord.parse(JSON.parse(line)));
  });
}

function described(
  records: readonly JournalRecord[],
): Pick<Attempt, 'records' | 'points' | 'summary' | 'steps'> {
  const points: Record<string, [number, number][]> = {};
  const summary: Record<string, string | number | boolean> = {};
  for (const record of records) {
    if (record.type === 'summary') summary[record.key] = record.value;
    if (record.type !== 'metrics') continue;
    for (const [key, value] of Object.entries(record.values)) {
      points[key] ??= [];
      points[key].push([record.step, fromWireNumber(value)]);
    }
  }
  const steps = [...new Set(records.flatMap((record) => (record.type === 'metrics' ? [record.step] : [])))];
  return { records, points, summary, steps };
}
