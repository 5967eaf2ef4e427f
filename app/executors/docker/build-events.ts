import type { Readable } from 'node:stream';
import { type EngineEvent, engineEvent } from './event-stream.ts';

/** Instructions that only BuildKit knows. The older builder is used for all others: every engine has it, and it needs no network. */
export function needsBuildKit(dockerfileText: string): boolean {
  return /^\s*(RUN|COPY|ADD)\s+--(mount|link|network|security|parents|exclude)\b|^\s*(RUN|COPY)\b.*<<-?["']?[A-Za-z]/im.test(
    dockerfileText,
  );
}

/** A part of the client that its types leave out. */
interface BuildDecoder {
  followProgress(
    stream: Readable,
    onEnd: (error: Error | null) => void,
    onEvent: (event: unknown) => void,
  ): void;
}

/**
 * Every event of a build, those of BuildKit in words (the client decodes them). Aborting destroys the stream, which makes the engine
 * stop; then the signal's reason is thrown. What `take` throws ends the build too.
 */
export async function eachBuildEvent(
  stream: Readable,
  signal: AbortSignal,
  take: (event: EngineEvent) => void,
): Promise<void> {
  const { default: Docker } = await import('dockerode');
  const decoder = Docker.prototype as unknown as BuildDecoder;
  const stop = () => void stream.destroy();
  signal.addEventListener('abort', stop);
  try {
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const onEvent = (raw: unknown) => {
        try {
          const event = engineEvent.safeParse(raw);
          if (event.success) take(event.data);
        } catch (error) {
          reject(error as Error);
        }
      };
      decoder.followProgress(stream, (error) => (error ? reject(error) : resolve()), onEvent);
    });
  } finally {
    signal.removeEventListener('abort', stop);
    stream.destroy();
    signal.throwIfAborted();
  }
}

/** The line with which a builder begins an instruction; null for all others. */
export function beginningOf(line: string): { number: number; count: number; instruction: string } | null {
  const found =
    /^step (\d+)\/(\d+) ?: (.*)$/i.exec(line) ?? /^\[\w+:\w+\] \[(?:\S+ +)?(\d+)\/(\d+)\] (.*)$/.exec(line);
  return found && { number: Number(found[1]), count: Number(found[2]), instruction: found[3]! };
}

/** What builders say of themselves. */
export const noise = /^( ---> |\[\w+:\w+\] |CACHED: |ERROR: |sha256:)/;

/** The client gives what programs print in BuildKit as base64. */
export function plainText(line: string): string {
  if (line.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(line)) return line;
  const text = Buffer.from(line, 'base64').toString('utf8');
  return /[\uFFFD\0]/.test(text) ? line : text.trimEnd();
}
