import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';

/** A Python interpreter of this machine. */
export interface Interpreter {
  /** The real program, past any shim. */
  readonly path: string;
  /** For example `3.11.7`. */
  readonly version: string;
  readonly kind: 'system' | 'venv' | 'conda' | 'uv' | 'pyenv';
  /** The folder that it belongs to: an environment's, or the installation's. */
  readonly prefix: string;
}

const PROBE_MS = 10_000;
/** How long an answer is taken for true; a shim may lead elsewhere after that. */
const KEPT_MS = 60_000;
const QUESTION =
  'import json, sys; print(json.dumps([sys.executable, "%d.%d.%d" % sys.version_info[:3], sys.prefix, sys.base_prefix]))';
const answerForm = z.tuple([z.string().min(1), z.string(), z.string(), z.string()]);

const answers = new Map<string, { readonly askedAt: number; readonly answer: Promise<Interpreter | null> }>();

/**
 * Ask a program whether it is a Python 3 and which.
 *
 * @returns null when it is not, or does not answer within ten seconds
 */
export function askInterpreter(program: string): Promise<Interpreter | null> {
  const known = answers.get(program);
  if (known && performance.now() - known.askedAt < KEPT_MS) return known.answer;
  const answer = ask(program);
  answers.set(program, { askedAt: performance.now(), answer });
  return answer;
}

async function ask(program: string): Promise<Interpreter | null> {
  try {
    const options = { timeout: PROBE_MS, killSignal: 'SIGKILL', cwd: '/' } as const;
    const { stdout } = await promisify(execFile)(program, ['-I', '-c', QUESTION], options);
    const [executable, version, prefix, basePrefix] = answerForm.parse(JSON.parse(stdout));
    return { path: executable, version, prefix, kind: kindOf(executable, prefix, basePrefix) };
  } catch {
    return null;
  }
}

function kindOf(executable: string, prefix: string, basePrefix: string): Interpreter['kind'] {
  if (prefix !== basePrefix) return 'venv';
  if (fs.existsSync(path.join(prefix, 'conda-meta'))) return 'conda';
  const isIn = (folder: string) => executable.startsWith(`${folder}${path.sep}`);
  if (isIn(pyenvVersions())) return 'pyenv';
  return isIn(uvPythons()) ? 'uv' : 'system';
}

/**
 * The Python interpreters of this machine, those on the PATH first in its order, then the newest first: of the system, of
 * pyenv, conda and uv, and the virtual environments in the given project folders. Each is asked for its version, at the same
 * time, and the answers are kept for a minute.
 */
export async function listInterpreters(projectFolders: readonly string[] = []): Promise<Interpreter[]> {
  const onPath = pathFolders().flatMap(pythonsIn);
  const others = [
    ...entries(pyenvVersions()).map((folder) => path.join(folder, 'bin', 'python3')),
    ...entries(uvPythons()).map((folder) => path.join(folder, 'bin', 'python3')),
    ...condaPrefixes().map((folder) => path.join(folder, 'bin', 'python')),
    ...projectFolders.flatMap((folder) =>
      ['.venv', 'venv', '.'].map((name) => path.join(folder, name, 'bin', 'python')),
    ),
  ].filter((program) => fs.existsSync(program));
  const first = (await Promise.all(onPath.map(askInterpreter))).filter((each) => each !== null);
  const rest = (await Promise.all(others.map(askInterpreter))).filter((each) => each !== null);
  rest.sort((one, other) => compareVersions(other.version, one.version));
  const distinct = new Map<string, Interpreter>();
  for (const each of [...first, ...rest]) {
    const key = `${each.prefix}\n${each.version}`;
    if (!distinct.has(key)) distinct.set(key, each);
  }
  return [...distinct.values()];
}

/** The environment of conda with this name, by its folder's name; `base` is an installation itself. */
export function condaPrefix(name: string): string | null {
  const prefixes = condaPrefixes();
  if (name === 'base') return prefixes.find((folder) => fs.existsSync(path.join(folder, 'condabin'))) ?? null;
  return prefixes.find((folder) => path.basename(folder) === name) ?? null;
}

/** Folders of the PATH, and those that a program started from a desktop often lacks there. */
export function pathFolders(): string[] {
  const usual = ['/opt/homebrew/bin', '/usr/local/bin', path.join(os.homedir(), '.local/bin'), '/usr/bin'];
  return [...new Set([...(process.env.PATH ?? '').split(path.delimiter), ...usual])].filter(path.isAbsolute);
}

/** `python3`, `python`, then `python3.12` and the like; of pyenv's shims only the ones that lead to the chosen version. */
function pythonsIn(folder: string): string[] {
  const numbered = entries(folder).filter((program) => /^python3\.\d+$/.test(path.basename(program)));
  const isShims = path.basename(folder) === 'shims';
  return [
    ...['python3', 'python'].map((name) => path.join(folder, name)).filter((each) => fs.existsSync(each)),
    ...(isShims ? [] : numbered),
  ];
}

function condaPrefixes(): string[] {
  const file = path.join(os.homedir(), '.conda', 'environments.txt');
  const listed = fs.existsSync(file) ? fs.readFileSync(file, 'utf8').split('\n') : [];
  const active = process.env.CONDA_EXE ? [path.dirname(path.dirname(process.env.CONDA_EXE))] : [];
  const inEnvs = active.flatMap((folder) => entries(path.join(folder, 'envs')));
  return [...new Set([...active, ...inEnvs, ...listed.map((line) => line.trim())])].filter(Boolean);
}

function pyenvVersions(): string {
  return path.join(process.env.PYENV_ROOT || path.join(os.homedir(), '.pyenv'), 'versions');
}

function uvPythons(): string {
  const data = process.env.XDG_DATA_HOME || path.join(os.homedir(), '.local', 'share');
  return process.env.UV_PYTHON_INSTALL_DIR || path.join(data, 'uv', 'python');
}

/** @returns nothing for a folder that is not there */
function entries(folder: string): string[] {
  try {
    return fs.readdirSync(folder).map((name) => path.join(folder, name));
  } catch {
    return [];
  }
}

/** Below zero when the first is older. */
export function compareVersions(one: string, other: string): number {
  const [a, b] = [one, other].map((text) => text.split('.').map(Number));
  for (let part = 0; part < 3; part++) if (a![part] !== b![part]) return (a![part] ?? 0) - (b![part] ?? 0);
  return 0;
}
