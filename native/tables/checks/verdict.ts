import type { Judgement } from '../../../app/kernel/ports/data-checks.ts';

export type Verdict = Pick<Judgement, 'state' | 'message' | 'failedRows' | 'examples'>;

/** So many examples of what does not fit are shown. */
export const EXAMPLES = 5;

export function passed(message: string, failedRows: number | null = null): Verdict {
  return { state: 'passed', message, failedRows, examples: [] };
}

export function failed(
  message: string,
  failedRows: number | null = null,
  examples: Verdict['examples'] = [],
): Verdict {
  return { state: 'failed', message, failedRows, examples };
}

/** @param reason why it could not be judged */
export function broken(reason: string): Verdict {
  return { state: 'broken', message: `It could not be judged: ${reason}`, failedRows: null, examples: [] };
}

export function count(number: number): string {
  return number.toLocaleString('en');
}

/** `1 row`, `12,000 rows`. */
export function rowsInWords(number: number): string {
  return `${count(number)} ${number === 1 ? 'row' : 'rows'}`;
}
