import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';

const cli = path.join(import.meta.dirname, '../../app/host/cli/main.ts');

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface LatheProcess {
  readonly child: ChildProcess;
  /** Resolves when the output (both streams) first matches; rejects if the process ends before. */
  said(pattern: RegExp): Promise<RegExpMatchArray>;
  readonly finished: Promise<Finished>;
}

/** The command line from its sources, as a process of its own. */
export function startLathe(args: readonly string[], workspace: string): LatheProcess {
  const child = spawn(process.execPath, [cli, ...args], {
    env: { ...process.env, LATHE_WORKSPACE: workspace, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return watched(child, `lathe ${args.join(' ')}`);
}

/** What a started program says, and how it ends. @param name for what is said of it when it ends too early */
export function watched(child: ChildProcess, name: string): LatheProcess {
  let stdout = '';
  let stderr = '';
  const listeners = new Set<() => void>();
  const heard = () => {
    for (const listener of listeners) listener();
  };
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    heard();
  });
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    heard();
  });
  const finished = new Promise<Finished>((resolve) =>
    child.once('close', (code) => resolve({ code, stdout, stderr })),
  );
  return {
    child,
    finished,
    said(pattern) {
      return new Promise((resolve, reject) => {
        const look = () => {
          const match = (stdout + stderr).match(pattern);
          if (!match) return;
          listeners.delete(look);
          resolve(match);
        };
        listeners.add(look);
        look();
        void finished.then(() =>
          reject(new Error(`${name} ended without saying ${pattern}:\n${stdout}${stderr}`)),
        );
      });
    },
  };
}

/** Run a command to its end. */
export function lathe(args: readonly string[], workspace: string): Promise<Finished> {
  return startLathe(args, workspace).finished;
}

/** Run a command with `--json` and parse what it printed. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into documents of every form
export async function latheJson(args: readonly string[], workspace: string): Promise<any> {
  const { stdout } = await lathe([...args, '--json'], workspace);
  return JSON.parse(stdout);
}
