import type { Progress } from '../contract/wire.ts';
import type { Clock } from '../kernel/clock.ts';
import type { StoreProgress } from '../kernel/ports/data-store.ts';

/** Before that a guess at the time left would jump about. */
const FIRST_GUESS_MS = 1000;
/** The rate is that of the last moments: a slow disk or a slow stretch shows at once. */
const RATE_WINDOW_MS = 4000;

const phaseWords: Readonly<Record<StoreProgress['phase'], string>> = {
  looking: 'Looking at the files',
  storing: 'Storing',
  sealing: 'Making it durable',
  reading: 'Reading',
  writing: 'Writing the files',
  checking: 'Checking',
  collecting: 'Collecting',
};

interface Sample {
  readonly atMs: number;
  readonly bytes: number;
  readonly files: number;
}

/**
 * Turns what the store tells, and parts of other steps, into the one progress of a job: a fraction that never goes back, a rate and the
 * time left.
 */
export class WorkMeter {
  readonly #clock: Clock;
  readonly #report: (progress: Partial<Progress>) => void;
  readonly #startedAt: number;
  #from = 0;
  #to = 1;
  #fraction: number | null = null;
  #phase: StoreProgress['phase'] | null = null;
  #samples: Sample[] = [];

  constructor(clock: Clock, report: (progress: Partial<Progress>) => void) {
    this.#clock = clock;
    this.#report = report;
    this.#startedAt = clock.now();
  }

  /** How much of the whole is done: where the next stage begins. */
  get done(): number {
    return this.#fraction ?? 0;
  }

  /** What is told from now on is this part of the whole. */
  stage(from: number, to: number): void {
    this.#from = from;
    this.#to = to;
    this.#samples = [];
  }

  /** A part of the current stage is done; null: nobody knows how much. */
  tell(part: number | null, message: string, rate: string | null = null): void {
    if (part !== null) {
      const fraction = this.#from + Math.min(1, Math.max(0, part)) * (this.#to - this.#from);
      this.#fraction = Math.max(this.#fraction ?? 0, fraction);
    }
    const elapsedMs = this.#clock.now() - this.#startedAt;
    const fraction = this.#fraction;
    this.#report({
      fraction,
      message,
      rate,
      remainingMs:
        fraction !== null && fraction > 0.01 && elapsedMs > FIRST_GUESS_MS
          ? Math.round((elapsedMs * (1 - fraction)) / fraction)
          : null,
    });
  }

  readonly store = (progress: StoreProgress): void => {
    const { phase, files, bytes, totalFiles, totalBytes } = progress;
    if (phase !== this.#phase) this.#samples = [];
    this.#phase = phase;
    const message =
      phase === 'looking'
        ? `${phaseWords.looking}: ${files.toLocaleString('en-US')}`
        : totalFiles === null || totalFiles < 2
          ? phaseWords[phase]
          : `${phaseWords[phase]}: ${files.toLocaleString('en-US')} of ${totalFiles.toLocaleString('en-US')} files`;
    this.tell(partOf(progress), message, phase === 'looking' ? null : this.#rate(bytes, files, totalBytes));
  };

  /** Bytes of so many came here. */
  readonly bytes = (bytes: number, totalBytes: number | null, message: string): void => {
    this.tell(totalBytes ? bytes / totalBytes : null, message, this.#rate(bytes, 0, totalBytes));
  };

  #rate(bytes: number, files: number, totalBytes: number | null): string | null {
    const atMs = this.#clock.now();
    this.#samples.push({ atMs, bytes, files });
    while (this.#samples.length > 2 && atMs - this.#samples[0]!.atMs > RATE_WINDOW_MS) this.#samples.shift();
    const first = this.#samples[0]!;
    const seconds = (atMs - first.atMs) / 1000;
    if (seconds < 0.2) return null;
    const bytesPerSecond = (bytes - first.bytes) / seconds;
    const filesPerSecond = (files - first.files) / seconds;
    // Many small files are limited by their number; their bytes say little.
    const isMany = filesPerSecond > 200 && bytesPerSecond / filesPerSecond < 100_000;
    if (isMany || (totalBytes === 0 && files > 0)) {
      return `${Math.round(filesPerSecond).toLocaleString('en-US')} files/s`;
    }
    return `${(bytesPerSecond / 1e6).toFixed(1)} MB/s`;
  }
}

/** Both count: a folder is some large files and many small ones. */
function partOf({ phase, files, bytes, totalFiles, totalBytes }: StoreProgress): number | null {
  if (phase === 'looking' || totalFiles === null || totalBytes === null) return null;
  if (phase === 'sealing') return 1;
  // Opening a file costs about as much as reading so many bytes.
  const fileCost = 32 * 1024;
  const total = totalBytes + totalFiles * fileCost;
  return total === 0 ? 1 : (bytes + files * fileCost) / total;
}
