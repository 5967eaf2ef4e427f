import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { AppError } from '../../kernel/app-error.ts';
import {
  askInterpreter,
  condaPrefix,
  type Interpreter,
  listInterpreters,
  pathFolders,
} from './interpreters.ts';

/**
 * The interpreter that a run asks for.
 *
 * @param wanted as in the launch file: null for the machine's own, `3.11`, a path of an interpreter or of an environment's
 * folder, a program's name such as `python3.12`, or `conda:NAME`
 * @throws AppError ENVIRONMENT_FAILED when there is none, naming those that there are
 */
export async function chooseInterpreter(wanted: string | null): Promise<Interpreter> {
  if (wanted === null)
    return (await onPath(['python3', 'python'])) ?? missing('Python 3', 'Install Python 3.');
  if (/^\d+(\.\d+){0,2}$/.test(wanted)) return ofVersion(wanted);
  if (wanted.startsWith('conda:')) return ofConda(wanted.slice('conda:'.length));
  const place = wanted.startsWith('~/') ? path.join(os.homedir(), wanted.slice(2)) : wanted;
  if (path.isAbsolute(place)) return atPath(place);
  if (!place.includes('/'))
    return (await onPath([place])) ?? missing(`program "${place}"`, 'Give its full path.');
  return missing(`interpreter "${wanted}"`, 'Give the full path of an interpreter or of an environment.');
}

async function onPath(names: readonly string[]): Promise<Interpreter | null> {
  for (const folder of pathFolders())
    for (const name of names) {
      const program = path.join(folder, name);
      const found = fs.existsSync(program) ? await askInterpreter(program) : null;
      if (found) return found;
    }
  return null;
}

/** The PATH's own comes first, so that a run uses what a terminal would; then the newest that fits. */
async function ofVersion(version: string): Promise<Interpreter> {
  const fits = (each: Interpreter) => each.version === version || each.version.startsWith(`${version}.`);
  const known = await listInterpreters();
  // A virtual environment that someone made is not the plain interpreter of this version.
  const found = known.find((each) => fits(each) && each.kind !== 'venv') ?? known.find(fits);
  if (found) return found;
  const others = [...new Set(known.map((each) => each.version))].join(', ') || 'none';
  return missing(`Python ${version}`, `Install it, or use one of those that are here: ${others}.`);
}

async function ofConda(name: string): Promise<Interpreter> {
  const prefix = condaPrefix(name);
  const found = prefix && (await askInterpreter(path.join(prefix, 'bin', 'python')));
  return found || missing(`conda environment "${name}" with Python`, 'Look at `conda env list`.');
}

async function atPath(place: string): Promise<Interpreter> {
  const isFolder = fs.statSync(place, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const found = await askInterpreter(isFolder ? path.join(place, 'bin', 'python') : place);
  return found ?? missing(`Python 3 at ${place}`, 'Give the path of an interpreter or of an environment.');
}

function missing(what: string, nextStep: string): never {
  throw new AppError('ENVIRONMENT_FAILED', `There is no ${what} on this machine.`, { nextStep });
}
