import { z } from 'zod';

/** How far each event file of a run has been read, and the plugins of the tags seen so far: only the first value of a tag tells it. */
const position = z.record(
  z.string(),
  z.object({ offset: z.number().int().nonnegative(), plugins: z.record(z.string(), z.string()) }),
);
export type EventPosition = z.infer<typeof position>;

export function readPosition(text: string | null): EventPosition {
  return text === null ? {} : position.parse(JSON.parse(text));
}
