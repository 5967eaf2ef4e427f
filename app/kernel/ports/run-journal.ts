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
  /** A file below `outputs/` of the run folder, by its path relative to that. */
  z.object({ type: z.literal('artifact'), path: z.string() }),
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
