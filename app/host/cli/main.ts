#!/usr/bin/env node
import { runCli } from './program.ts';
import { askSecret, readInput } from './terminal/secret-input.ts';

/** Ctrl+C reaches a program twice when a parent passes it on; a person's second one comes later. */
const secondInterruptAfterMs = 400;

const interruption = new AbortController();
let interruptedAt = 0;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (interruptedAt === 0) {
      interruptedAt = performance.now();
      interruption.abort();
    } else if (performance.now() - interruptedAt > secondInterruptAfterMs) process.exit(130);
  });
}
// A reader that had enough (`lathe run list | head`) is no fault.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}

process.exitCode = await runCli(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  folder: process.cwd(),
  openSession: async (options) => (await import('../session.ts')).openSession(options),
  serve: async (options) => (await import('../serve.ts')).serve(options),
  interrupted: interruption.signal,
  readInput: () => readInput(process.stdin),
  ...(process.stdin.isTTY
    ? { askSecret: (question) => askSecret(process.stdin, process.stderr, question) }
    : {}),
});
