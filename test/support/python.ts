import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { installPackages, skipAloud } from './services.ts';

const checkout = fileURLToPath(new URL('../..', import.meta.url));
const maker = fileURLToPath(new URL('make-environment.py', import.meta.url));
const environments = path.join(checkout, 'node_modules/.cache/lathe-python');
/** The system's own interpreter: the one that the distribution's packages, such as python3-torch, are for. */
const SYSTEM_PYTHON = '/usr/bin/python3';
const INSTALL_LIMIT_MS = 9 * 60_000;

export interface PythonOptions {
  /** Whether the environment also sees the packages of the interpreter that it is made from. */
  readonly systemPackages?: boolean;
  /** Interpreter to make it from; the machine's `python3` unless it is named. */
  readonly interpreter?: string;
}

/** Path of the real interpreter behind a command, or null where there is none of at least Python 3.8. */
export function findPython(command = process.env.LATHE_PYTHON ?? 'python3'): string | null {
  const ask = 'import sys; print(sys.executable if sys.version_info >= (3, 8) else "")';
  try {
    return (
      execFileSync(command, ['-c', ask], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim() ||
      null
    );
  } catch {
    return null;
  }
}

/** The different interpreters of this machine that tests of plain Python run with: `python3` and the system's own. */
export function plainPythons(): string[] {
  const found = new Set([findPython(), findPython(SYSTEM_PYTHON)]);
  return [...found].filter((each) => each !== null);
}

/**
 * The interpreter of a virtual environment with these packages, made by pip where there is none yet and kept in node_modules/.cache.
 *
 * @returns its path, or null where it cannot be made (no Python, or pip reaches no index), which is said aloud; an error
 * where LATHE_TEST_REQUIRE names `python`
 */
export async function pythonWith(
  requirements: readonly string[],
  options: PythonOptions = {},
): Promise<string | null> {
  const interpreter = findPython(options.interpreter);
  const wanted = requirements.join(' ') || 'a plain environment';
  if (!interpreter) return unavailable(wanted, 'no python3 of version 3.8 or later was found');
  const version = execFileSync(interpreter, ['-VV'], { encoding: 'utf8' });
  const system = options.systemPackages === true;
  const digest = createHash('sha256')
    .update(JSON.stringify([interpreter, version, system, [...requirements].sort()]))
    .digest('hex')
    .slice(0, 24);
  const folder = path.join(environments, digest);
  try {
    await promisify(execFile)(interpreter, [maker, folder, system ? '1' : '0', ...requirements], {
      timeout: INSTALL_LIMIT_MS,
      killSignal: 'SIGKILL',
    });
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    return unavailable(wanted, stderr?.trim() || message);
  }
  return path.join(folder, 'bin', 'python');
}

/**
 * The interpreter of an environment that sees the distribution's PyTorch (processor only) and has these packages too. As root
 * the distribution's package is installed where it is missing. pip is held to that PyTorch and to the NumPy it was built for: name
 * versions of packages that go with them.
 *
 * @returns its path, or null as for `pythonWith`
 */
export async function torchPython(extra: readonly string[] = []): Promise<string | null> {
  if (!findPython(SYSTEM_PYTHON)) return unavailable('PyTorch', `there is no ${SYSTEM_PYTHON}`);
  const version = systemTorch() ?? (installPackages('python3-torch', 'python3-venv') ? systemTorch() : null);
  if (!version)
    return unavailable('PyTorch', 'the system has no python3-torch and it could not be installed');
  const held = extra.length > 0 ? [`torch==${version}`, 'numpy<2'] : [];
  return pythonWith([...extra, ...held], { systemPackages: true, interpreter: SYSTEM_PYTHON });
}

/** The version of the distribution's PyTorch as its package states it, or null where there is none. */
function systemTorch(): string | null {
  const ask = 'import torch, importlib.metadata as m; print(m.version("torch"))';
  try {
    return execFileSync(SYSTEM_PYTHON, ['-c', ask], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return null;
  }
}

function unavailable(wanted: string, reason: string): null {
  return skipAloud('python', `tests with ${wanted}`, reason);
}
