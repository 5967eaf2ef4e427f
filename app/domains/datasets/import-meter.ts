import type { Progress } from '../../contract/wire.ts';
import type { Clock } from '../../kernel/clock.ts';

/** Before that a guess at the time left would jump about. */
const FIRST_GUESS_MS = 1000;

/** Turns bytes copied and parts of later steps into one progress with rate and time left. */
export class ImportMeter {
  readonly #clock: Clock;
  readonly #report: (progress: Partial<Progress>) => void;
  readonly #totalBytes: number;
  readonly #copyingPart: number;
  readonly #startedAt: number;
  #copiedBytes = 0;

  /** @param table whether reading the table follows the copying, which then is only a part of the whole */
  constructor(
    clock: Clock,
    report: (progress: Partial<Progress>) => void,
    totalBytes: number,
    table: boolean,
  ) {
    this.#clock = clock;
    this.#report = report;
    this.#totalBytes = totalBytes;
    this.#copyingPart = table ? 0.3 : 0.98;
    this.#startedAt = clock.now();
  }

  copied(bytes: number): void {
    this.#copiedBytes += bytes;
    const part = this.#totalBytes === 0 ? 1 : Math.min(1, this.#copiedBytes / this.#totalBytes);
    const seconds = (this.#clock.now() - this.#startedAt) / 1000;
    const rate = seconds > 0.2 ? `${(this.#copiedBytes / seconds / 1e6).toFixed(1)} MB/s` : null;
    this.#tell(part * this.#copyingPart, 'Copying and hashing', rate);
  }

  /** @param fraction of reading the table */
  read(fraction: number, message: string): void {
    this.#tell(this.#copyingPart + fraction * (0.85 - this.#copyingPart), message, null);
  }

  profiling(): void {
    this.#tell(0.85, 'Computing statistics', null);
  }

  #tell(fraction: number, message: string, rate: string | null): void {
    const elapsedMs = this.#clock.now() - this.#startedAt;
    const remainingMs =
      elapsedMs > FIRST_GUESS_MS && fraction > 0 ? (elapsedMs * (1 - fraction)) / fraction : null;
    this.#report({ fraction, message, rate, remainingMs });
  }
}
