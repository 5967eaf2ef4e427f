import type { Progress } from '../../../contract/wire.ts';
import { durationWords } from './words.ts';

export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  /** 0 where the terminal does not say. */
  readonly columns?: number;
}

/** On a terminal a bar is drawn over at most this often; elsewhere a line is written when it says something new. */
const redrawMs = 80;
const plainLineMs = 5000;

/** Progress of long work on standard error: one bar on a terminal, plain lines in a file or a pipe. */
export class ProgressLine {
  readonly #output: Output;
  #drawn = false;
  #lastAt = Number.NEGATIVE_INFINITY;
  #lastTitle = '';

  constructor(output: Output) {
    this.#output = output;
  }

  show(title: string, progress: Progress | null): void {
    const now = performance.now();
    const changed = title !== this.#lastTitle;
    if (!changed && now - this.#lastAt < (this.#output.isTTY ? redrawMs : plainLineMs)) return;
    this.#lastAt = now;
    this.#lastTitle = title;
    const text = progressWords(title, progress, this.#output.isTTY === true);
    if (this.#output.isTTY) {
      const room = (this.#output.columns || 80) - 1;
      this.#output.write(`\r\u001b[2K${[...text].slice(0, room).join('')}`);
      this.#drawn = true;
    } else this.#output.write(`${text}\n`);
  }

  /** A line that stays, above whatever is drawn next. */
  say(text: string): void {
    this.clear();
    this.#output.write(`${text}\n`);
  }

  clear(): void {
    if (this.#drawn) this.#output.write('\r\u001b[2K');
    this.#drawn = false;
    this.#lastTitle = '';
  }
}

/** For example `Training mlp  [██████░░░░░░░░░░░░░░]  31 %  epoch 6 of 20 · 310 steps/s · 12 s left`. */
export function progressWords(title: string, progress: Progress | null, withBar: boolean): string {
  if (!progress) return title;
  const { fraction, message, rate, remainingMs } = progress;
  const cells = 20;
  const full = Math.round((fraction ?? 0) * cells);
  const bar = withBar && fraction !== null ? `[${'█'.repeat(full)}${'░'.repeat(cells - full)}]` : '';
  const percent = fraction === null ? '' : `${Math.floor(fraction * 100)} %`.padStart(5);
  const left = remainingMs === null ? '' : `${durationWords(remainingMs)} left`;
  const words = [message, rate, left].filter(Boolean).join(' · ');
  return [title, bar, percent, words].filter(Boolean).join('  ');
}
