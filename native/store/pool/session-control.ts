const ABORTED = 0;
const IDLE = 1;
const FAILED = 2;
/** Floats for each thread: files done, bytes done. */
const COUNTS = 2;

/** Memory that the threads of one call share: whether to stop, and how far each has come. */
export interface SharedControl {
  readonly flags: Int32Array<SharedArrayBuffer>;
  readonly counts: Float64Array<SharedArrayBuffer>;
}

export function newControl(threads: number): SharedControl {
  return {
    flags: new Int32Array(new SharedArrayBuffer(4 * 4)),
    counts: new Float64Array(new SharedArrayBuffer(8 * COUNTS * threads)),
  };
}

/** One thread's view of a call's shared memory. */
export class ThreadControl {
  readonly #control: SharedControl;
  readonly #at: number;

  constructor(control: SharedControl, thread: number) {
    this.#control = control;
    this.#at = thread * COUNTS;
  }

  /** @throws an AbortError if the call was aborted, or failed on another thread */
  check(): void {
    const { flags } = this.#control;
    if (Atomics.load(flags, ABORTED) === 0 && Atomics.load(flags, FAILED) === 0) return;
    throw new DOMException('The work was cancelled.', 'AbortError');
  }

  /** Only this thread writes its counts, so nothing is lost. */
  done(files: number, bytes: number): void {
    const { counts } = this.#control;
    counts[this.#at] = counts[this.#at]! + files;
    counts[this.#at + 1] = counts[this.#at + 1]! + bytes;
  }

  /** Whether other threads wait for work. */
  get othersWait(): boolean {
    return Atomics.load(this.#control.flags, IDLE) > 0;
  }
}

export function stop(control: SharedControl, why: 'aborted' | 'failed'): void {
  Atomics.store(control.flags, why === 'aborted' ? ABORTED : FAILED, 1);
}

export function setWaiting(control: SharedControl, threads: number): void {
  Atomics.store(control.flags, IDLE, threads);
}

export function progressOf(control: SharedControl): { readonly files: number; readonly bytes: number } {
  let files = 0;
  let bytes = 0;
  for (let at = 0; at < control.counts.length; at += COUNTS) {
    files += control.counts[at]!;
    bytes += control.counts[at + 1]!;
  }
  return { files, bytes };
}
