import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { endByForce, toolEnvironment } from './run-tool.ts';

/** A line longer than this is not what was asked for; the rest of it is dropped. */
const LONGEST_LINE = 16_384;

export interface LineProcess {
  /** End it by force; nothing that it printed since is given on. */
  end(): void;
}

/**
 * A program that prints lines for as long as it lives. When this process dies its output has no reader, which ends it.
 *
 * @param on.line what it prints, stdout and stderr alike, without line ends; blank lines are left out
 * @param on.end called once: `system` names why it could not be started (ENOENT)
 */
export function startLineProcess(
  tool: string,
  args: readonly string[],
  on: {
    readonly line: (line: string) => void;
    readonly end: (how: { readonly exitCode: number | null; readonly system: string | null }) => void;
  },
): LineProcess {
  const child: ChildProcessByStdio<null, Readable, Readable> = spawn(tool, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: toolEnvironment(),
    windowsHide: true,
  });
  splitLines(child.stdout, on.line);
  splitLines(child.stderr, on.line);
  let over = false;
  const end = (exitCode: number | null, system: string | null) => {
    if (over) return;
    over = true;
    on.end({ exitCode, system });
  };
  child.on('error', (error: NodeJS.ErrnoException) => {
    // A failed kill also lands here; only a process without an id never was.
    if (child.pid === undefined) end(null, error.code ?? error.message);
  });
  // After `close` all that it printed has been read.
  child.on('close', (exitCode) => end(exitCode, null));
  return { end: () => endByForce(child) };
}

function splitLines(stream: Readable, onLine: (line: string) => void): void {
  let rest = '';
  const give = (line: string) => {
    const text = line.trim();
    if (text !== '') onLine(text);
  };
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!.slice(0, LONGEST_LINE);
    lines.forEach(give);
  });
  stream.on('end', () => give(rest));
}
