import type { Progress } from '../../contract/wire.ts';
import type { EngineEvent } from './event-stream.ts';

interface Layer {
  doneBytes: number;
  totalBytes: number;
  complete: boolean;
}

/** Adds up what the engine says of an image's layers; the total grows while layers announce themselves. */
export class PullProgress {
  readonly #layers = new Map<string, Layer>();
  readonly #image: string;
  readonly #startedAt: number;
  readonly #now: () => number;

  constructor(image: string, now: () => number = Date.now) {
    this.#image = image;
    this.#now = now;
    this.#startedAt = now();
  }

  take({ id, status, progressDetail }: EngineEvent): Progress {
    if (id !== undefined && status !== undefined && /^[0-9a-f]{12,64}$/.test(id)) {
      const layer = this.#layers.get(id) ?? { doneBytes: 0, totalBytes: 0, complete: false };
      if (status === 'Downloading' && progressDetail?.total) {
        layer.doneBytes = progressDetail.current ?? 0;
        layer.totalBytes = progressDetail.total;
      }
      if (/^(Download complete|Pull complete|Already exists)/.test(status))
        layer.doneBytes = layer.totalBytes;
      if (/^(Pull complete|Already exists)/.test(status)) layer.complete = true;
      this.#layers.set(id, layer);
    }
    return this.#sum();
  }

  #sum(): Progress {
    const layers = [...this.#layers.values()];
    const done = layers.reduce((sum, { doneBytes }) => sum + doneBytes, 0);
    const total = layers.reduce((sum, { totalBytes }) => sum + totalBytes, 0);
    const ready = layers.filter(({ complete }) => complete).length;
    const bytesPerMs = done / Math.max(1, this.#now() - this.#startedAt);
    return {
      fraction: total > 0 ? Math.min(1, done / total) : null,
      message: `pulling ${this.#image}${layers.length > 0 ? `: ${ready} of ${layers.length} layers` : ''}`,
      rate: done > 0 ? `${(bytesPerMs / 1000).toFixed(1)} MB/s` : null,
      remainingMs: bytesPerMs > 0 ? Math.round((total - done) / bytesPerMs) : null,
    };
  }
}
