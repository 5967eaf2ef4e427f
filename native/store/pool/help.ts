import type { MessagePort } from 'node:worker_threads';
import type { Found } from './content-storer.ts';
import type { FromPool } from './pool-messages.ts';

/** Jobs that may wait for each thread that has nothing else to do: one in work, one to go on with. */
const JOBS_PER_IDLE_THREAD = 2;

/** How many jobs would be taken over now: set by the pool, counted down by the threads that hand over. */
export function newHelp(): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(4));
}

export function setHelp(
  help: Int32Array<SharedArrayBuffer>,
  busyThreads: number,
  threads: number,
  queuedJobs: number,
): void {
  const free = (threads - busyThreads) * JOBS_PER_IDLE_THREAD;
  // With all but one at work, one more job may wait.
  const waiting = busyThreads === threads && threads > 1 ? 1 : 0;
  Atomics.store(help, 0, Math.max(0, free + waiting - queuedJobs));
}

/**
 * A single large file is read and cut by one thread, because its digest and its cuts follow from its start; compressing and
 * writing, which take longer, are handed over to threads that have nothing to do.
 */
export class Help {
  readonly #port: MessagePort;
  readonly #help: Int32Array<SharedArrayBuffer>;

  constructor(port: MessagePort, help: Int32Array<SharedArrayBuffer>) {
    this.#port = port;
    this.#help = help;
  }

  /** @returns whether another thread packs these */
  take(found: readonly Found[]): boolean {
    if (found.length === 0 || !this.#isThere()) return false;
    const bytes = new Uint8Array(found.reduce((sum, each) => sum + each.bytes.length, 0));
    let at = 0;
    for (const each of found) {
      bytes.set(each.bytes, at);
      at += each.bytes.length;
    }
    const entries = found.map(({ digest, kind, similar, bytes: { length } }) => ({
      digest,
      kind,
      similar,
      sizeBytes: length,
    }));
    this.#port.postMessage({ kind: 'share', share: { entries, bytes } } satisfies FromPool, [bytes.buffer]);
    return true;
  }

  #isThere(): boolean {
    for (let left = Atomics.load(this.#help, 0); left > 0; left = Atomics.load(this.#help, 0)) {
      if (Atomics.compareExchange(this.#help, 0, left, left - 1) === left) return true;
    }
    return false;
  }
}
