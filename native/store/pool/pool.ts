import { Worker } from 'node:worker_threads';
import { AppError } from '../../../app/kernel/app-error.ts';
import { entryUrl } from '../../entry-url.ts';
import { restored } from '../../tables/crossed-error.ts';
import type { WrittenPack } from '../packs/pack-writer.ts';
import type { StorePaths } from '../store-paths.ts';
import { newHelp, setHelp } from './help.ts';
import type {
  EntriesToPack,
  FromPool,
  PoolJob,
  PoolResults,
  PoolThreadData,
  ToPool,
} from './pool-messages.ts';
import type { SharedControl } from './session-control.ts';
import { answerQuestion, newAnswers } from './wanted-chunks.ts';

/** Most of what a thread makes is small and soon gone; more room for it would only make the process larger. */
export const YOUNG_GENERATION_MB = 12;

/** After so long without work its threads end, and give back the hundred megabytes that they hold. */
const RESTS_AFTER_MS = 30_000;

export interface PoolListener {
  /** Whether no thread holds anything that somebody counts on. */
  mayRest(): boolean;
  /** Whether the store lacks a chunk, which then counts as taken by the thread that asked. */
  wants(digests: Buffer, at: number): boolean;
  /** A thread hands over what it has cut, for another one to pack. */
  shared(share: EntriesToPack): void;
  /** A thread finished a pack. */
  written(pack: WrittenPack): void;
  /** What a thread had put into its open pack is gone, and with it what others count as stored. */
  lost(fault: unknown): void;
}

interface Waiting {
  readonly job: PoolJob;
  readonly control: SharedControl;
  readonly transfer: readonly ArrayBuffer[];
  readonly thread: number | null;
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
}

interface Thread {
  readonly worker: Worker;
  readonly number: number;
  current: Waiting | null;
}

/** The threads that read, cut, hash, compress and write. They start when there is work for them, and end when there was none for a while. */
export class Pool {
  readonly size: number;
  readonly #paths: StorePaths;
  readonly #listener: PoolListener;
  readonly #threads: (Thread | undefined)[];
  readonly #queue: Waiting[] = [];
  readonly #help = newHelp();
  readonly #restsAfterMs: number;
  #resting: NodeJS.Timeout | undefined;

  constructor(paths: StorePaths, size: number, listener: PoolListener, restsAfterMs = RESTS_AFTER_MS) {
    this.#paths = paths;
    this.size = size;
    this.#listener = listener;
    this.#restsAfterMs = restsAfterMs;
    this.#threads = new Array<Thread | undefined>(size).fill(undefined);
  }

  /**
   * Have a job done by the next free thread.
   *
   * @param thread the only thread that may do it, where that matters
   */
  run<Job extends PoolJob>(
    job: Job,
    control: SharedControl,
    {
      transfer = [],
      thread = null,
    }: { readonly transfer?: readonly ArrayBuffer[]; readonly thread?: number | null } = {},
  ): Promise<PoolResults[Job['kind']]> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ job, control, transfer, thread, resolve, reject });
      this.#assign();
    });
  }

  /** Threads that were started, by number. */
  get started(): readonly number[] {
    return this.#threads.flatMap((thread) => (thread ? [thread.number] : []));
  }

  /** End the threads, unless one is at work or holds something. The next job starts them again. @returns whether they ended */
  async rest(): Promise<boolean> {
    if (this.#queue.length > 0 || this.#threads.some((thread) => thread?.current)) return false;
    if (!this.#listener.mayRest()) return false;
    clearTimeout(this.#resting);
    const threads = [...this.#threads];
    // Forgotten first: one that ends by itself counts as a fault.
    this.#threads.fill(undefined);
    await Promise.all(threads.map((thread) => thread?.worker.terminate()));
    return true;
  }

  async close(): Promise<void> {
    clearTimeout(this.#resting);
    const threads = this.#threads.splice(0);
    for (const waiting of this.#queue.splice(0)) waiting.reject(closed());
    await Promise.all(threads.map((thread) => thread?.worker.terminate()));
  }

  #assign(): void {
    this.#handOut();
    const busy = this.#threads.filter((thread) => thread?.current).length;
    setHelp(this.#help, busy, this.size, this.#queue.length);
    clearTimeout(this.#resting);
    if (busy === 0 && this.started.length > 0) this.#restLater();
  }

  #restLater(): void {
    this.#resting = setTimeout(() => {
      void this.rest().then((rests) => {
        if (!rests) this.#restLater();
      });
    }, this.#restsAfterMs).unref();
  }

  #handOut(): void {
    for (let at = 0; at < this.#queue.length; ) {
      const waiting = this.#queue[at]!;
      const number = waiting.thread ?? this.#free();
      if (number === null) return;
      if (this.#threads[number]?.current) {
        at++;
        continue;
      }
      this.#queue.splice(at, 1);
      this.#threads[number] ??= this.#start(number);
      const thread = this.#threads[number];
      thread.current = waiting;
      const { job, control, transfer } = waiting;
      thread.worker.postMessage({ job, control } satisfies ToPool, [...transfer]);
    }
  }

  /** A started thread first: a small call needs only one. */
  #free(): number | null {
    const idle = this.#threads.findIndex((thread) => thread && !thread.current);
    if (idle >= 0) return idle;
    const unstarted = this.#threads.findIndex((thread) => !thread);
    return unstarted >= 0 ? unstarted : null;
  }

  #start(number: number): Thread {
    const answers = newAnswers();
    const worker = new Worker(entryUrl('store-pool.worker'), {
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
      workerData: { paths: this.#paths, thread: number, answers, help: this.#help } satisfies PoolThreadData,
    });
    const thread: Thread = { worker, number, current: null };
    worker.on('message', (message: FromPool) => {
      if (message.kind === 'ask') {
        const digests = Buffer.from(message.digests.buffer);
        const count = digests.length / 32;
        answerQuestion(answers, message.number, count, (place) => this.#listener.wants(digests, place * 32));
      } else if (message.kind === 'pack') this.#listener.written(message.pack);
      else if (message.kind === 'share') this.#listener.shared(message.share);
      else this.#settle(thread, message);
    });
    const ended = (error?: unknown) => {
      if (this.#threads[number] !== thread) return;
      this.#threads[number] = undefined;
      const fault = new AppError('TARGET_FAILED', 'A thread of the data store ended.', { cause: error });
      this.#listener.lost(fault);
      thread.current?.reject(fault);
      thread.current = null;
      this.#assign();
    };
    worker.on('error', ended);
    worker.on('exit', () => ended());
    return thread;
  }

  #settle(thread: Thread, message: Exclude<FromPool, { kind: 'ask' | 'pack' | 'share' }>): void {
    const { resolve, reject } = thread.current!;
    thread.current = null;
    if (message.kind === 'done') resolve(message.result as never);
    else {
      const error = restored(message.error);
      if (message.lostPack) this.#listener.lost(error);
      reject(error);
    }
    this.#assign();
  }
}

function closed(): AppError {
  return new AppError('INTERRUPTED', 'The data store was closed.');
}
