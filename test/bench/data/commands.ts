import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const OUTPUT_LIMIT_BYTES = 64 << 20;

/** Run a program to its end; its output is dropped unless it fails. */
export async function command(
  folder: string,
  environment: Readonly<Record<string, string>>,
  program: string,
  ...words: readonly string[]
): Promise<string> {
  const { stdout } = await promisify(execFile)(program, words, {
    cwd: folder,
    env: { ...process.env, ...environment },
    maxBuffer: OUTPUT_LIMIT_BYTES,
  });
  return stdout;
}

/** Whether a program is on this machine. */
export async function missingProgram(program: string, ...words: readonly string[]): Promise<string | null> {
  try {
    await promisify(execFile)(program, words.length > 0 ? words : ['--version']);
    return null;
  } catch {
    return `${program} is not installed`;
  }
}

/** Bytes of the disk that a folder takes. */
export function diskBytes(folder: string): number {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + fs.lstatSync(path.join(entry.parentPath, entry.name)).size, 0);
}

/** Milliseconds that something takes, with nothing of what came before left to be written to the disk. */
export async function timed(work: () => Promise<void>): Promise<number> {
  await promisify(execFile)('sync');
  const since = performance.now();
  await work();
  return performance.now() - since;
}

/** A measurement as soon as it is made: all of them take an hour. */
export function tell(what: string, value: number, unit: 's' | 'MiB'): void {
  process.stderr.write(`${what}: ${value.toFixed(unit === 's' ? 3 : 1)} ${unit}\n`);
}
