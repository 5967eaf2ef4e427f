import { z } from 'zod';

/**
 * What the Electron main process ("the shell") and the core that it forks say to each other. The core asks the shell
 * for further processes, because only the shell can fork one. What the core and a worker then say to each other never
 * passes through the shell: it hands both sides the ends of a MessageChannel and steps out.
 */
export const shellWorkerEntry = z.enum(['train', 'inference-server', 'model']);
export type ShellWorkerEntry = z.infer<typeof shellWorkerEntry>;

/** Numbers a question; counted by the process that asks. A worker is known by the number of its start. */
const request = z.number().int().positive();

/** From the core to the shell. */
export const toShell = z.discriminatedUnion('type', [
  /** The core holds its workspace and answers on its ports. */
  z.object({ type: z.literal('opened') }),
  /** The core cannot open its workspace and ends; `code` is a key of the error table. */
  z.object({
    type: z.literal('failed'),
    code: z.string(),
    message: z.string(),
    nextStep: z.string(),
  }),
  /** The answer to `ask-busy`: whether work is in progress that would end with the core. */
  z.object({ type: z.literal('busy'), busy: z.boolean() }),
  z.object({ type: z.literal('choose-files'), request, title: z.string().max(200), folders: z.boolean() }),
  z.object({
    type: z.literal('start-worker'),
    request,
    entry: shellWorkerEntry,
    args: z.array(z.string()).max(32),
    /** Files that its output is appended to; such a worker outlives the process that asked for it. */
    output: z.object({ stdoutPath: z.string(), stderrPath: z.string() }).nullable(),
  }),
  /** Seal a text with the system's keyring, or open base64 that it sealed; `look` only asks whether there is one. */
  z.object({
    type: z.literal('use-keyring'),
    request,
    action: z.enum(['look', 'seal', 'open']),
    value: z.string().max(200_000),
  }),
  z.object({ type: z.literal('kill-worker'), request, signal: z.enum(['SIGTERM', 'SIGKILL']) }),
]);
export type ToShell = z.infer<typeof toShell>;

/** From the shell to the core. */
export const fromShell = z.discriminatedUnion('type', [
  z.object({ type: z.literal('open'), workspace: z.string() }),
  /** Comes with one port, the other end of which a window holds. */
  z.object({ type: z.literal('connect') }),
  /** Close the workspace in order, then end. */
  z.object({ type: z.literal('close') }),
  z.object({ type: z.literal('ask-busy') }),
  z.object({ type: z.literal('files-chosen'), request, paths: z.array(z.string()) }),
  /** Base64 of what was sealed, or the text that was opened; null where there is no keyring or it did not open. */
  z.object({ type: z.literal('keyring-used'), request, value: z.string().nullable() }),
  /** Comes with one port, the other end of which the worker holds, unless its output goes to files. */
  z.object({ type: z.literal('worker-started'), request, pid: z.number().int().positive() }),
  z.object({ type: z.literal('worker-failed'), request, message: z.string() }),
  z.object({ type: z.literal('worker-exited'), request, code: z.number().int() }),
]);
export type FromShell = z.infer<typeof fromShell>;

/** What the shell first sends to a worker whose output is not in files, with the port to whoever asked for it. */
export const parentHello = z.object({ type: z.literal('parent') });

/** The one message that the preload passes on to the page, with the port to the core. */
export const portChannel = 'lathe:port';
