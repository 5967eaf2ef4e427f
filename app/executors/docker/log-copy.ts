import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import type Dockerode from 'dockerode';
import { fromSystemError } from '../../kernel/app-error.ts';
import { Demultiplexer } from './demultiplex.ts';
import type { Engine } from './engine.ts';
import { isOutage } from './engine-errors.ts';
import { LogFile } from './log-file.ts';
import type { Attempt } from './run-files.ts';

/** How long a stream of an ended container may be silent before it counts as cut. */
const SILENCE_MS = 15_000;

/**
 * Copies a container's output to the run's log files as it comes. Every copy begins at the start of the log and skips what the
 * files have, so each byte arrives exactly once however often the copying is interrupted. Engines lose the last lines of a stream that is
 * open while the program ends (measured: two of three programs that end at once), and never those of one that is opened after
 * it; so only a copy that was begun when the container had ended is complete.
 */
export class LogCopy {
  #state: 'copying' | 'complete' | 'broken' = 'copying';
  #failure: unknown = null;
  #heardAt = Date.now();
  #stream: IncomingMessage | null = null;
  #stopped = false;
  /** Settles when nothing is written any more; never rejects. */
  readonly ended: Promise<void>;
  /** Whether the container had ended before this copy began. */
  readonly last: boolean;

  constructor(engine: Engine, container: string, folder: string, attempt: Attempt, last: boolean) {
    this.last = last;
    this.ended = this.#copy(engine, container, folder, attempt).then(
      (whole) => {
        this.#state = whole && last ? 'complete' : 'broken';
      },
      (error: unknown) => {
        this.#state = 'broken';
        // A stream that is cut is no fault of its own: whoever looks at the container meets the outage itself.
        this.#failure = this.#stopped || isOutage(error) ? null : fromSystemError(error, folder);
      },
    );
  }

  get state() {
    return this.#state;
  }
  /** Why it broke, where that was no end of the stream. */
  get failure() {
    return this.#failure;
  }
  /** Asked of a container that has ended: a stream that says nothing for long was cut somewhere on the way. */
  get silent() {
    return this.#state === 'copying' && Date.now() - this.#heardAt > SILENCE_MS;
  }

  stop(): Promise<void> {
    this.#stopped = true;
    this.#stream?.destroy();
    return this.ended;
  }

  async #copy(engine: Engine, id: string, folder: string, attempt: Attempt): Promise<boolean> {
    const stream = await engine.ask(({ docker }) => openLog(docker, id, !this.last));
    this.#stream = stream;
    if (this.#stopped) stream.destroy();
    const stdout = await LogFile.open(path.join(folder, 'stdout.log'), attempt.stdoutStart, this.last);
    try {
      const stderr = await LogFile.open(path.join(folder, 'stderr.log'), attempt.stderrStart, this.last);
      try {
        const frames = new Demultiplexer();
        for await (const chunk of stream) {
          this.#heardAt = Date.now();
          const sorted = frames.push(chunk as Uint8Array);
          await stdout.take(sorted.stdout);
          await stderr.take(sorted.stderr);
        }
        await stdout.sync();
        await stderr.sync();
      } finally {
        await stderr.close();
      }
    } finally {
      await stdout.close();
      stream.destroy();
    }
    return stream.complete;
  }
}

/**
 * A container's log from its start, as a stream also where it is not followed: the client would collect that in memory. An ended
 * container's log is not followed, because Podman then breaks off long ones.
 */
function openLog(docker: Dockerode, id: string, follow: boolean): Promise<IncomingMessage> {
  const question = {
    path: `/containers/${id}/logs?`,
    method: 'GET',
    isStream: true,
    options: { follow, stdout: true, stderr: true },
    statusCodes: { 200: true, 404: 'no such container', 500: 'server error' },
  };
  return new Promise((resolve, reject) => {
    docker.modem.dial(question, (error: unknown, stream: unknown) =>
      error ? reject(error) : resolve(stream as IncomingMessage),
    );
  });
}
