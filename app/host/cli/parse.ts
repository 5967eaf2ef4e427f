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

/** `-p hidden=256,128`, repeated; the value goes on as text and the core reads it by the template. */
export function collectParameter(text: string, sofar: Record<string, string>): Record<string, string> {
  const equals = text.indexOf('=');
  if (equals < 1) {
    throw new AppError('INVALID_INPUT', `"${text}" is not a parameter.`, {
      nextStep: 'Write -p KEY=VALUE, for example -p seed=7.',
      details: { value: text },
    });
  }
  return { ...sofar, [text.slice(0, equals)]: text.slice(equals + 1) };
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
