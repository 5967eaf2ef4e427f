import type { MessagePort } from 'node:worker_threads';
import type { FromPool } from './pool-messages.ts';

/** Chunks in one question. */
export const MAX_QUESTION = 8192;
const WORDS = MAX_QUESTION / 32;
/** A thread may have so many questions open at a time. */
const SLOTS = 2;

/**
 * How a thread of the pool learns which chunks the store lacks. It asks by message and goes on with other work; the answer is a bit for each
 * chunk in shared memory, so that a thread in the middle of a file needs no turn of its event loop to get it.
 *
 *     Int32 number of the last answer · SLOTS × WORDS of bits
 */
export function newAnswers(): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(4 * (1 + SLOTS * WORDS)));
}

/** The asking side. */
export class WantedChunks {
  readonly #port: MessagePort;
  readonly #answers: Int32Array<SharedArrayBuffer>;
  #asked = 0;

  constructor(port: MessagePort, answers: Int32Array<SharedArrayBuffer>) {
    this.#port = port;
    this.#answers = answers;
  }

  /** @param digests 32 bytes each, given away @returns the question's number */
  ask(digests: Uint8Array<ArrayBuffer>): number {
    const number = ++this.#asked;
    this.#port.postMessage({ kind: 'ask', digests, number } satisfies FromPool, [digests.buffer]);
    return number;
  }

  /** Wait for the answer. @returns whether the store wants the chunk at a place of the question; good until the next but one */
  answer(number: number): (place: number) => boolean {
    for (let last = Atomics.load(this.#answers, 0); last < number; last = Atomics.load(this.#answers, 0)) {
      Atomics.wait(this.#answers, 0, last);
    }
    const from = 1 + (number % SLOTS) * WORDS;
    return (place) => ((this.#answers[from + (place >> 5)]! >>> (place & 31)) & 1) === 1;
  }
}

/** The answering side; questions are answered in the order in which they came. */
export function answerQuestion(
  answers: Int32Array<SharedArrayBuffer>,
  number: number,
  count: number,
  isWanted: (place: number) => boolean,
): void {
  const from = 1 + (number % SLOTS) * WORDS;
  answers.fill(0, from, from + Math.ceil(count / 32));
  for (let place = 0; place < count; place++) {
    if (isWanted(place)) answers[from + (place >> 5)]! |= 1 << (place & 31);
  }
  Atomics.store(answers, 0, number);
  Atomics.notify(answers, 0);
}
