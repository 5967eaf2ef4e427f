import { type ClientContext, type ClientLink, type ClientOptions, ORPCError } from '@orpc/client';
import { errorTable } from '../../app/contract/errors.ts';
import type { ConnectionState } from './connection.store.ts';
import type { OpenTransport, Transport } from './transports.ts';

interface ConnectOptions {
  readonly onState?: (state: ConnectionState) => void;
  /** Waits before each further attempt; the last one repeats. */
  readonly delaysMs?: readonly number[];
}

const backoffMs = [100, 250, 500, 1_000, 2_000, 5_000];
/** A connection that lived this long starts the waits anew. */
const steadyMs = 5_000;

/**
 * One link over transports that come and go. Calls made while nothing is open wait; calls and streams in flight when
 * a transport ends fail with NOT_READY (a call may have happened, so nothing is sent twice by itself). Opens again
 * with growing waits until it succeeds, and goes on so for the life of the page.
 */
export class ReconnectingLink implements ClientLink<ClientContext> {
  readonly #open: OpenTransport;
  readonly #onState: (state: ConnectionState) => void;
  readonly #delaysMs: readonly number[];
  #current: Promise<Transport>;
  #failures = 0;

  constructor(open: OpenTransport, { onState = () => {}, delaysMs = backoffMs }: ConnectOptions = {}) {
    this.#open = open;
    this.#onState = onState;
    this.#delaysMs = delaysMs;
    onState('connecting');
    this.#current = this.#openUntilOpen();
  }

  /** Settles when a transport is open. */
  async ready(): Promise<void> {
    await this.#current;
  }

  async call(
    path: readonly string[],
    input: unknown,
    options: ClientOptions<ClientContext>,
  ): Promise<unknown> {
    const transport = await unlessAborted(this.#current, options.signal);
    const inFlight = new InFlight(transport, options.signal);
    try {
      const output = await inFlight.guard(transport.link.call(path, input, options));
      return isIterator(output) ? guardedIterator(output, inFlight) : output;
    } catch (error) {
      throw inFlight.explain(error);
    }
  }

  async #openUntilOpen(): Promise<Transport> {
    for (;;) {
      if (this.#failures > 0)
        await wait(this.#delaysMs[Math.min(this.#failures, this.#delaysMs.length) - 1] ?? 0);
      try {
        const transport = await this.#open();
        const openedAt = performance.now();
        transport.closed.then(() => {
          // Somebody who opens and closes at once would otherwise be asked again and again without a pause.
          this.#failures = performance.now() - openedAt < steadyMs ? this.#failures + 1 : 0;
          this.#onState('reconnecting');
          this.#current = this.#openUntilOpen();
        });
        this.#onState('connected');
        return transport;
      } catch {
        this.#failures += 1;
        this.#onState('reconnecting');
      }
    }
  }
}

function wait(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}

/** What a call fails with when the connection ends under it. */
function connectionLost(): ORPCError<'NOT_READY', unknown> {
  return new ORPCError('NOT_READY', {
    defined: true,
    status: errorTable.NOT_READY.status,
    message: 'The connection to Lathe ended before the answer came.',
    data: {
      nextStep: 'Lathe connects again by itself; look at what is there, then repeat what is missing.',
      details: {},
    },
  });
}

/** A call on one transport: fails as soon as the transport ends, and says why. */
class InFlight {
  readonly #lost: Promise<never>;
  readonly #signal: AbortSignal | undefined;
  #ended = false;

  constructor(transport: Transport, signal: AbortSignal | undefined) {
    this.#signal = signal;
    this.#lost = transport.closed.then(() => {
      this.#ended = true;
      throw connectionLost();
    });
    this.#lost.catch(() => {});
  }

  guard<Value>(value: Promise<Value>): Promise<Value> {
    return Promise.race([value, this.#lost]);
  }

  explain(error: unknown): unknown {
    if (this.#signal?.aborted || error instanceof ORPCError || !this.#ended) return error;
    return connectionLost();
  }
}

function isIterator(value: unknown): value is AsyncIterator<unknown> & AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

async function* guardedIterator(source: AsyncIterator<unknown>, inFlight: InFlight): AsyncGenerator<unknown> {
  try {
    for (;;) {
      const step = await inFlight.guard(source.next());
      if (step.done) return step.value;
      yield step.value;
    }
  } catch (error) {
    throw inFlight.explain(error);
  } finally {
    // Tells the core to stop; where the connection is gone there is nobody to tell.
    void Promise.resolve(source.return?.()).catch(() => {});
  }
}

function unlessAborted<Value>(value: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (!signal) return value;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    value.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
