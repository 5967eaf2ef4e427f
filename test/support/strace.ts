import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { installPackages, isRequired, skipAloud } from './services.ts';

/**
 * Why the suite's machine cannot interrupt programs at their system calls, or null. Said aloud; where LATHE_TEST_REQUIRE names `strace`
 * it is installed, or an error.
 */
export function straceFault(): string | null {
  let reason = faultOfStrace();
  if (reason === NOT_INSTALLED && isRequired('strace') && installPackages('strace')) reason = faultOfStrace();
  if (reason) skipAloud('strace', 'interruption at system calls', reason);
  return reason;
}

const NOT_INSTALLED = 'strace is not installed';

function faultOfStrace(): string | null {
  try {
    execFileSync('strace', ['-f', '-qq', '-e', 'trace=fsync', 'true'], { stdio: 'ignore' });
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? NOT_INSTALLED : 'strace may not trace here';
  }
}

export interface Interrupted {
  /** By SIGKILL, as was asked for: the program never came to its end. */
  readonly wasKilled: boolean;
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Interruption {
  /** Names of system calls; each thread counts each of them by itself, and the first that comes to its number is hit. */
  readonly calls: readonly string[];
  readonly number: number;
  /** Kill the process, fail the call, or hold the thread up before the call for so many seconds. */
  readonly by: 'kill' | 'EIO' | 'ENOSPC' | { readonly holdSeconds: number };
  /** Whether later calls are hit too. */
  readonly andLater?: boolean;
  /** Only calls about these files. */
  readonly paths?: readonly string[];
}

/** Run a program of Node's and interrupt it at a system call. */
export function startInterrupted(
  { calls, number, by, andLater = false, paths = [] }: Interruption,
  program: readonly string[],
  environment: Readonly<Record<string, string>> = {},
) {
  const what =
    typeof by === 'object'
      ? `delay_enter=${by.holdSeconds}s`
      : by === 'kill'
        ? 'signal=SIGKILL'
        : `error=${by}`;
  const set = calls.join(',');
  return startTraced(
    [
      ...['-e', `trace=${set}`, '-e', `inject=${set}:${what}:when=${number}${andLater ? '+' : ''}`],
      ...paths.flatMap((each) => ['-P', each]),
      ...['-o', '/dev/null'],
    ],
    program,
    environment,
  );
}

/** The same, to its end. */
export function interrupted(...given: Parameters<typeof startInterrupted>): Promise<Interrupted> {
  return startInterrupted(...given).finished;
}

/**
 * How often a program makes system calls when nobody interrupts it.
 *
 * @returns for each call the most that one thread makes
 */
export async function countCalls(
  calls: readonly string[],
  program: readonly string[],
  {
    environment = {},
    paths = [],
  }: { readonly environment?: Readonly<Record<string, string>>; readonly paths?: readonly string[] } = {},
): Promise<{ readonly counts: ReadonlyMap<string, number>; readonly ended: Interrupted }> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-strace-'));
  const log = path.join(folder, 'calls');
  try {
    const words = ['-e', `trace=${calls.join(',')}`, ...paths.flatMap((each) => ['-P', each]), '-o', log];
    const ended = await startTraced(words, program, environment).finished;
    const byThread = new Map<string, number>();
    const counts = new Map<string, number>();
    for (const [, thread, call] of fs.readFileSync(log, 'utf8').matchAll(/^(\d+) +([a-z0-9_]+)\(/gm)) {
      const count = (byThread.get(`${thread} ${call}`) ?? 0) + 1;
      byThread.set(`${thread} ${call}`, count);
      counts.set(call!, Math.max(counts.get(call!) ?? 0, count));
    }
    return { counts, ended };
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function startTraced(
  words: readonly string[],
  program: readonly string[],
  environment: Readonly<Record<string, string>>,
) {
  // Without `--seccomp-bpf`, which is faster and with which strace 6.1 never comes to a number above 1.
  const child = spawn('strace', ['-f', '-qq', ...words, process.execPath, ...program], {
    // One thread for asynchronous calls: the n-th of them is the same one each time.
    env: { ...process.env, NO_COLOR: '1', UV_THREADPOOL_SIZE: '1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const finished = new Promise<Interrupted>((resolve, reject) => {
    child.once('error', reject);
    // Strace ends as its program did.
    child.once('close', (code, signal) =>
      resolve({ wasKilled: signal === 'SIGKILL' || code === 137, code, stdout, stderr }),
    );
  });
  return { child, finished };
}

/** At most so many of the numbers from 1 on, evenly spread, the first and the last among them. */
export function spread(count: number, most: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, at) => at + 1);
  const step = (count - 1) / (most - 1);
  return [...new Set(Array.from({ length: most }, (_, at) => Math.round(1 + at * step)))];
}
