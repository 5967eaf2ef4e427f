import fs from 'node:fs';
import path from 'node:path';
import type { LogPoint, LogWriter } from './log-writer.ts';

/** A CSV log with one column for each key that is named before the first row. */
export function csvWriter(folder: string, keys: readonly string[]): LogWriter & { readonly file: string } {
  fs.mkdirSync(folder, { recursive: true });
  const file = path.join(folder, 'metrics.csv');
  fs.writeFileSync(file, `step,${keys.map((key) => `"${key}"`).join(',')}\n`);
  const lineOf = ({ key, step, value }: LogPoint) =>
    `${step},${keys.map((each) => (each === key ? numberText(value) : '')).join(',')}\n`;
  return {
    source: folder,
    file,
    log: (...points) => fs.appendFileSync(file, points.map(lineOf).join('')),
    param: (key, value) =>
      fs.appendFileSync(path.join(folder, 'hparams.yaml'), `${key}: ${JSON.stringify(value)}\n`),
    read: null,
    register: null,
    tear(point) {
      const line = lineOf(point);
      fs.appendFileSync(file, line.slice(0, -3));
      return () => fs.appendFileSync(file, line.slice(-3));
    },
    close() {},
  };
}

const numberText = (value: number): string =>
  Number.isFinite(value) ? String(value) : Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
