import type { Cell } from '../../../../app/contract/wire.ts';
import type { CellColumn } from './use-grid-view.ts';

/** Whether values of a column stand at the right, under each other. */
export function isNumeric(type: CellColumn['type']): boolean {
  return type === 'integer' || type === 'number';
}

/** A value as the table shows it: numbers as they are, missing in words, times without the T. */
export function formatCell(value: Cell, type: CellColumn['type']): string {
  if (value === null) return 'missing';
  if (type === 'time')
    return String(value)
      .replace('T', ' ')
      .replace(/(\.0+)?Z?$/, '')
      .replace(/ 00:00:00$/, '');
  if (typeof value === 'number') {
    const text = Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(7)));
    return text.replace('-', '\u2212');
  }
  return String(value);
}
