import { duration, durationMs } from '../../contract/recipe.ts';
import { AppError } from '../../kernel/app-error.ts';

/** `digits@3`, `digits@v3` or `digits`: a data set and, where it is named, a version of it. */
export function parseDataRef(text: string): { dataset: string; version?: number } {
  const at = text.lastIndexOf('@');
  if (at < 0) return { dataset: text };
  const version = Number(/^v?([1-9][0-9]*)$/.exec(text.slice(at + 1))?.[1]);
  if (at === 0 || !Number.isSafeInteger(version)) {
    throw new AppError('INVALID_INPUT', `"${text}" names no version of a data set.`, {
      nextStep: 'Write NAME or NAME@VERSION, for example digits@2.',
      details: { value: text },
    });
  }
  return { dataset: text.slice(0, at), version };
}

/** `--env NAME=VALUE`, repeated. @param example for the message */
export function collectPairs(option: string, example: string) {
  return (text: string, sofar: Record<string, string>): Record<string, string> => {
    const equals = text.indexOf('=');
    if (equals < 1) {
      throw new AppError('INVALID_INPUT', `"${text}" is not a name with a value.`, {
        nextStep: `Write for example ${option} ${example}.`,
        details: { value: text },
      });
    }
    return { ...sofar, [text.slice(0, equals)]: text.slice(equals + 1) };
  };
}

/** `-p hidden=256,128`, repeated; the value goes on as text and the core reads it by the template. */
export const collectParameter = collectPairs('-p', 'seed=7');

export const collectWords = (text: string, sofar: string[]): string[] => [...sofar, text];

/**
 * `22:00` is the next time that the clock shows that, `90m` or `2h` is from now on, anything else a date with or without a time.
 *
 * @returns epoch milliseconds
 */
export function parseTime(text: string, now: Date): number {
  const clock = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text);
  if (clock) {
    const time = new Date(now);
    time.setHours(Number(clock[1]), Number(clock[2]), 0, 0);
    if (time <= now) time.setDate(time.getDate() + 1);
    return time.getTime();
  }
  const fromNow = duration.safeParse(text);
  if (fromNow.success) return now.getTime() + durationMs(fromNow.data);
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return time;
  throw new AppError('INVALID_INPUT', `"${text}" is not a time.`, {
    nextStep: 'Write 22:00, a time from now such as 2h, or a date such as 2026-12-24T18:00.',
    details: { value: text },
  });
}

/** @param name of the option, for the message */
export function parseWhole(name: string, least: number, most: number) {
  return (text: string): number => {
    const value = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= most)) {
      throw new AppError('INVALID_INPUT', `${name} ${text} is not a whole number from ${least} to ${most}.`, {
        details: { value: text },
      });
    }
    return value;
  };
}

export const parsePort = (name: string) => parseWhole(name, 0, 65_535);
