import fs from 'node:fs';
import path from 'node:path';
import { toWireNumber } from '../../app/contract/wire.ts';
import { type JournalRecord, journalRecord } from '../../app/kernel/ports/run-journal.ts';

const FLUSH_MS = 200;
const PROGRESS_MS = 200;

/**
 * The engine's journal: appends lines, at the latest every 200 ms, and makes them durable where asked. Opened again
 * for a resumed run it goes on after the last whole line, and passes over metrics of steps that stand there already,
 * so that nothing is told twice.
 */
export class Journal {
  readonly #file: number;
  readonly #timer: NodeJS.Timeout;
  readonly #lastSteps = new Map<string, number>();
  #pending: string[] = [];
  #flushedAt = 0;
  #progressAt = 0;
  #fault: unknown;
  /** Where the next bytes go. */
  #end: number;

  constructor(runFolder: string, writer: string) {
    const filePath = path.join(runFolder, 'journal', `${writer}.jsonl`);
    fs.mkdirSync(path.dirname(filePath), { recursive: true });
    this.#file = fs.openSync(filePath, fs.constants.O_RDWR | fs.constants.O_CREAT, 0o600);
    const text = fs.readFileSync(this.#file);
    const whole = text.lastIndexOf(0x0a) + 1;
    // A torn line is ours alone: readers take only whole ones.
    fs.ftruncateSync(this.#file, whole);
    for (const line of text.toString('utf8', 0, whole).split('\n')) this.#remember(parsed(line));
    this.#end = whole;
    if (whole === 0) this.append({ type: 'header', version: 1, writer });
    // For what is appended before a long silence; a fault of the disk shows at the next append.
    this.#timer = setInterval(() => {
      try {
        this.flush();
      } catch (error) {
        this.#fault = error;
      }
    }, FLUSH_MS).unref();
  }

  append(record: JournalRecord): void {
    if (this.#fault !== undefined) throw this.#fault;
    this.#pending.push(`${JSON.stringify(record)}\n`);
    if (performance.now() - this.#flushedAt > FLUSH_MS) this.flush();
  }

  /** Values of one step; those that this journal already has are left out. */
  metrics(step: number, values: Readonly<Record<string, number>>): void {
    const fresh = Object.entries(values).filter(
      ([key]) => step > (this.#lastSteps.get(key) ?? Number.NEGATIVE_INFINITY),
    );
    if (fresh.length === 0) return;
    const record: JournalRecord = {
      type: 'metrics',
      step,
      at: Date.now(),
      values: Object.fromEntries(fresh.map(([key, value]) => [key, toWireNumber(value)])),
    };
    this.#remember(record);
    this.append(record);
  }

  /** At most five a second, whatever is asked; with `final` always. */
  progress(tell: () => Omit<Extract<JournalRecord, { type: 'progress' }>, 'type'>, final = false): void {
    const now = performance.now();
    if (!final && now - this.#progressAt < PROGRESS_MS) return;
    this.#progressAt = now;
    this.append({ type: 'progress', ...tell() });
  }

  flush(): void {
    this.#flushedAt = performance.now();
    if (this.#pending.length === 0) return;
    const bytes = Buffer.from(this.#pending.join(''));
    for (let written = 0; written < bytes.length; )
      written += fs.writeSync(this.#file, bytes, written, bytes.length - written, this.#end + written);
    this.#end += bytes.length;
    this.#pending = [];
  }

  /** Everything appended is on the disk when this returns. */
  sync(): void {
    this.flush();
    fs.fsyncSync(this.#file);
  }

  close(): void {
    clearInterval(this.#timer);
    try {
      this.sync();
    } finally {
      fs.closeSync(this.#file);
    }
  }

  #remember(record: JournalRecord | null): void {
    if (record?.type !== 'metrics') return;
    for (const key of Object.keys(record.values)) this.#lastSteps.set(key, record.step);
  }
}

function parsed(line: string): JournalRecord | null {
  try {
    return journalRecord.parse(JSON.parse(line));
  } catch {
    return null;
  }
}
