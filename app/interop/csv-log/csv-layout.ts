import { cellsOf, delimiterOf } from './csv-cells.ts';

/** Columns that say the step, the best first: Lightning, the SDKs of others, Stable-Baselines, Keras and Ultralytics. */
const stepColumns = [
  'step',
  'global_step',
  '_step',
  'trainer/global_step',
  'iteration',
  'iter',
  'time/total_timesteps',
  'epoch',
];
/** Columns that say when, in seconds or milliseconds since 1970. */
const timeColumns = ['wall time', 'wall_time', 'timestamp', '_timestamp', 'time', 'date'];

export interface CsvLayout {
  readonly delimiter: string;
  readonly columns: readonly string[];
  /** Indexes of columns; null where there is none. Rows without a step are counted. */
  readonly step: number | null;
  readonly time: number | null;
}

/** What the first line says, or null where it names no columns. */
export function layoutOf(header: string): CsvLayout | null {
  const bare = header.startsWith('\ufeff') ? header.slice(1) : header;
  const delimiter = delimiterOf(bare);
  const columns = cellsOf(bare, delimiter);
  const named = columns.filter((column) => column !== '' && !/^[+-]?[\d.]/.test(column));
  if (named.length < 2 || named.length < columns.length - 1 || new Set(named).size < named.length)
    return null;
  const lower = columns.map((column) => column.toLowerCase());
  const indexOf = (names: readonly string[]) => {
    const found = names.find((name) => lower.includes(name));
    return found === undefined ? null : lower.indexOf(found);
  };
  return { delimiter, columns, step: indexOf(stepColumns), time: indexOf(timeColumns) };
}

/** Epoch milliseconds of a cell that holds seconds or milliseconds since 1970; null for a number that is no time of day, as a duration is. */
export function timeOf(value: number | null): number | null {
  if (value === null || !Number.isFinite(value)) return null;
  if (value > 1e9 && value < 1e11) return Math.round(value * 1000);
  return value > 1e12 && value < 1e14 ? Math.round(value) : null;
}
