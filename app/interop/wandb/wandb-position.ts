import { z } from 'zod';

/** How far the log of each folder of a run has been read. */
const part = z.object({
  offset: z.number().int().nonnegative(),
  /** Bytes of what the program printed so far. */
  output: z.object({ stdout: z.number().int(), stderr: z.number().int() }),
  /** Keys that are metrics: the summary repeats their last values, which nobody needs twice. */
  metrics: z.array(z.string()),
  /** Files that were taken, by path, and what tells whether they changed since. */
  files: z.record(z.string(), z.string()),
  /** The key and the step that a file was logged under. */
  media: z.record(z.string(), z.object({ key: z.string(), step: z.number() })),
});
export type WandbPart = z.infer<typeof part>;

const position = z.record(z.string(), part);
export type WandbPosition = z.infer<typeof position>;

export function readPosition(text: string | null): WandbPosition {
  return text === null ? {} : position.parse(JSON.parse(text));
}

export const unread = (): WandbPart => ({
  offset: 0,
  output: { stdout: 0, stderr: 0 },
  metrics: [],
  files: {},
  media: {},
});
