import { type ClientContext, type ClientLink, ORPCError } from '@orpc/client';
import { describe, expect, it } from 'vitest';
import { ReconnectingLink } from './connect.ts';
import type { ConnectionState } from './connection.store.ts';
import { follow } from './follow.ts';
import type { Transport } from './transports.ts';

type Answer = (path: readonly string[], input: unknown, signal: AbortSignal | undefined) => unknown;

/** A core that can be reached, lost and reached again. */
class Place {
  readonly states: ConnectionState[] = [];
  attempts = 0;
  refusals = 0;
  answer: Answer = () => 'answer';
  #end: () => void = () => {};

  readonly open = async (): Promise<Transport> => {
    this.attempts += 1;
    if (this.refusals > 0) {
      this.refusals -= 1;
      throw new Error('nobody answers');
    }
    const closed = new Promise<void>((resolve) => {
      this.#end = resolve;
    });
    const link: ClientLink<ClientContext> = {
      call: async (path, input, { signal }) => this.answer(path, input, signal),
    };
    return { link, closed };
  };

  lose(): void {
    this.#end();
  }

  connect(): ReconnectingLink {
    return new ReconnectingLink(this.open, { onState: (state) => this.states.push(state), delaysMs: [1] });
  }
}

const call = (link: ReconnectingLink, input: unknown = null) => link.call(['a'], input, { context: {} });

describe('a link to a core that comes and goes', () => {
  it('tries until somebody answers, and calls wait meanwhile', async () => {
    const place = new Place();
    place.refusals = 3;
    await expect(call(place.connect())).resolves.toBe('answer');
    expect(place.attempts).toBe(4);
    expect(place.states[0]).toBe('connecting');
    expect(place.states.at(-1)).toBe('connected');
  });

  it('fails a call in flight with NOT_READY when the connection ends, and sends nothing twice', async () => {
    const place = new Place();
    let calls = 0;
    place.answer = () => {
      calls += 1;
      return new Promise(() => {});
    };
    const link = place.connect();
    const inFlight = call(link);
    await link.ready();
    await new Promise((resolve) => setTimeout(resolve));
    place.lose();
    await expect(inFlight).rejects.toMatchObject({ code: 'NOT_READY' });
    expect(calls).toBe(1);
  });

  it('connects again by itself and serves the next call', async () => {
    const place = new Place();
    const link = place.connect();
    await call(link);
    place.lose();
    await new Promise((resolve) => setTimeout(resolve));
    await expect(call(link)).resolves.toBe('answer');
    expect(place.states).toEqual(['connecting', 'connected', 'reconnecting', 'connected']);
  });

  it('pauses before it asks again where a connection ends as soon as it is open', async () => {
    const closed = Promise.resolve();
    let attempts = 0;
    new ReconnectingLink(
      async () => {
        attempts += 1;
        return { link: { call: async () => null }, closed };
      },
      { delaysMs: [1, 60_000] },
    );
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(attempts).toBe(2);
  });

  it('leaves declared errors of the core as they are', async () => {
    const place = new Place();
    place.answer = () => {
      throw new ORPCError('IN_USE', { message: 'Used.' });
    };
    await expect(call(place.connect())).rejects.toMatchObject({ code: 'IN_USE' });
  });

  it('gives up a call that waits for a connection when it is aborted', async () => {
    const place = new Place();
    place.refusals = Number.POSITIVE_INFINITY;
    const stop = new AbortController();
    const waiting = place.connect().call(['a'], null, { context: {}, signal: stop.signal });
    stop.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
    place.refusals = 0;
  });

  it('resumes a stream after the last item that it saw', async () => {
    const place = new Place();
    const asked: unknown[] = [];
    place.answer = async function* stream(_path, input) {
      asked.push(input);
      const after = Number(input);
      yield after + 1;
      if (after >= 2) return;
      yield after + 2;
      await new Promise(() => {});
    };
    const link = place.connect();
    const seen: number[] = [];
    await follow<number>(
      async () => (await call(link, seen.at(-1) ?? 0)) as AsyncIterable<number>,
      (item) => {
        seen.push(item);
        if (item === 2) setTimeout(() => place.lose());
      },
      new AbortController().signal,
    );
    expect(asked).toEqual([0, 2]);
    expect(seen).toEqual([1, 2, 3]);
  });
});
