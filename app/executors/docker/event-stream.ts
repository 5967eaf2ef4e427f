import type { Readable } from 'node:stream';
import { z } from 'zod';
import { AppError } from '../../kernel/app-error.ts';

/** One line of what the engine says while it pulls, builds or loads. */
export const engineEvent = z.looseObject({
  id: z.string().optional(),
  status: z.string().optional(),
  stream: z.string().optional(),
  error: z.string().optional(),
  progressDetail: z.looseObject({ current: z.number().optional(), total: z.number().optional() }).nullish(),
  aux: z.unknown().optional(),
});
export type EngineEvent = z.infer<typeof engineEvent>;

/** Longest line that is kept; a program in a build may write without ever ending a line. */
const LONGEST_LINE = 1_000_000;

/** Events of a stream of JSON lines. Aborting destroys the stream, which makes the engine stop; then the signal's reason is thrown. */
export async function* engineEvents(stream: Readable, signal: AbortSignal): AsyncGenerator<EngineEvent> {
  const stop = () => void stream.destroy();
  signal.addEventListener('abort', stop);
  try {
    signal.throwIfAborted();
    let rest = '';
    stream.setEncoding('utf8');
    for await (const chunk of stream) {
      const lines = (rest + (chunk as string)).split('\n');
      rest = lines.pop()!;
      if (rest.length > LONGEST_LINE)
        throw new AppError('TARGET_FAILED', 'The engine sent a line without an end.', {
          details: { limit: LONGEST_LINE },
        });
      for (const line of lines) yield* parsed(line);
    }
    yield* parsed(rest);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    stream.destroy();
  }
  signal.throwIfAborted();
}

/** A line that is no event, such as a proxy's, says nothing. */
function* parsed(line: string): Generator<EngineEvent> {
  if (line.trim() === '') return;
  try {
    const event = engineEvent.safeParse(JSON.parse(line));
    if (event.success) yield event.data;
  } catch {
    return;
  }
}
