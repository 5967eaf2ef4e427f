import { z } from 'zod';
import { progress, wireNumber } from '../../contract/wire.ts';

/**
 * The run journal, version 1: how a program tells Lathe about itself without a network. Every writer appends lines
 * of JSON to a file of its own, `<run folder>/journal/<writer>.jsonl`; the first line is the header. A line counts
 * once its newline is written; a torn tail is normal and is read again later. Files that a line names are complete
 * (written, synced, renamed) before the line is. docs/run-journal.md is the description for people.
 */
export const journalHeader = z.object({
  type: z.literal('header'),
  version: z.literal(1),
  writer: z.string(),
});

export const journalRecord = z.discriminatedUnion('type', [
  journalHeader,
  /** Values recorded together at one step. */
  z.object({
    type: z.literal('metrics'),
    step: z.number().int(),
    at: z.number().int(),
    values: z.record(z.string(), wireNumber),
  }),
  z.object({
    type: z.literal('param'),
    key: z.string(),
    value: z.union([z.string(), z.number(), z.boolean()]),
  }),
  z.object({ type: z.literal('tag'), key: z.string(), value: z.string() }),
  progress.extend({ type: z.literal('progress') }),
  /** A file below `outputs/` of the run folder, by its path relative to that, and what it is where a screen can show it. */
  z.object({
    type: z.literal('artifact'),
    path: z.string(),
    /** `table` is CSV, Parquet or JSON lines; `model` is a file or, for a folder, each of its files. */
    kind: z.enum(['file', 'image', 'table', 'model']).optional(),
    /** The name it was logged under and the step it belongs to. */
    key: z.string().optional(),
    step: z.number().int().optional(),
  }),
  /** One value of the run as a whole, such as a best score; the last one of a key counts. */
  z.object({
    type: z.literal('summary'),
    key: z.string(),
    value: z.union([z.string(), wireNumber, z.boolean()]),
  }),
  /** Facts about where it runs: `python`, `package.torch`, `cuda` … The last one of a key counts. */
  z.object({ type: z.literal('environment'), values: z.record(z.string(), z.string()) }),
  /** The run can be continued from here. */
  z.object({ type: z.literal('checkpoint'), step: z.number().int() }),
]);
export type JournalRecord = z.infer<typeof journalRecord>;

/**
 * `<run folder>/exit.json`, written last by whoever ran the program, by rename: the proof that a run ended and how.
 * A run whose process is gone and that has no such file is lost.
 */
export const exitSentinel = z.object({
  state: z.enum(['finished', 'failed', 'cancelled']),
  at: z.number().int(),
  /** Of a program that another process started and waited for; a signal's name where one ended it. */
  exitCode: z.number().int().nullable().optional(),
  signal: z.string().nullable().optional(),
  /** Why it was ended from outside, or that its environment could not be made and the program never began. */
  cause: z.enum(['time-limit', 'environment']).optional(),
  /** Null for a program that only left an exit code: the core then looks for the reason (see domains/runs). */
  failure: z
    .object({
      code: z.string(),
      message: z.string(),
      nextStep: z.string(),
      details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    })
    .nullable(),
});
export type ExitSentinel = z.infer<typeof exitSentinel>;
