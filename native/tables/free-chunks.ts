import v8 from 'node:v8';
import vm from 'node:vm';

/** So many chunks may wait to be freed: each is a few hundred kilobytes. */
const WAITING_CHUNKS = 128;

let collect: ((options: { readonly type: 'minor' }) => void) | undefined;

/**
 * Frees the memory of DuckDB's chunks while a long result is read. A chunk is freed when V8 collects the object that stands for it; V8 sees
 * only how small that object is and takes its time, in which a result of ten million rows would be in memory as a whole.
 */
export class ChunkFreer {
  #waiting = 0;

  /** To be called for each chunk that is done with, in a thread of its own: it is held up for some milliseconds now and then. */
  async done(): Promise<void> {
    this.#waiting += 1;
    if (this.#waiting < WAITING_CHUNKS) return;
    this.#waiting = 0;
    collect ??= collector();
    collect({ type: 'minor' });
    // What was collected is freed by the event loop.
    await new Promise(setImmediate);
  }
}

function collector(): (options: { readonly type: 'minor' }) => void {
  v8.setFlagsFromString('--expose-gc');
  return vm.runInNewContext('gc') as (options: { readonly type: 'minor' }) => void;
}
