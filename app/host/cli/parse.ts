import { duration, durationMs } from '../../contract/recipe.ts';
import { splitDataRef, type VersionName, versionName } from '../../contract/version-name.ts';
import { AppError } from '../../kernel/app-error.ts';

/** `digits@3`, `digits@v3`, `digits@best` or `digits`: a data set and, where it is named, a version of it. */
export function parseDataRef(text: string): { dataset: string; version?: VersionName } {
  const { dataset, version } = splitDataRef(text);
  if (version === undefined) return { dataset };
  const number = /^v?([1-9][0-9]{0,8})$/.exec(version)?.[1];
  const named = number === undefined ? versionName.safeParse(version) : { data: Number(number) };
  if (dataset === '' || named.data === undefined) {
    throw new AppError('INVALID_INPUT', `"${text}" names no version of a data set.`, {
      nextStep: 'Write NAME, NAME@VERSION or NAME@ALIAS, for example digits@2.',
      details: { value: text },
    });
  }
  return { dataset, version: named.data };
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

/** `KEY` or `KEY=VALUE`, repeated. */
export const collectTag = (text: string, sofar: Record<string, string>): Record<string, string> => {
  const [, key = text, value = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  return { ...sofar, [key]: value };
};

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

/** A span of time such as `14d`, `12h` or `0`, in milliseconds. @param name of the option, for the message */
export function parseDuration(name: string) {
  return (text: string): number => {
    if (text === '0') return 0;
    const parsed = duration.safeParse(text);
    if (parsed.success) return durationMs(parsed.data);
    throw new AppError('INVALID_INPUT', `${name} is "${text}", which is no span of time.`, {
      nextStep: 'Write for example 14d, 12h or 0.',
      details: { value: text },
    });
  };
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
