import { parse } from 'yaml';
import type { ParameterValue } from '../contract/wire.ts';
import { AppError } from '../kernel/app-error.ts';
import { readSmallText } from './source-files.ts';

const LONGEST_BYTES = 1 << 20;
const DEEPEST = 16;

/**
 * The top of a YAML file as an object, or null where there is no such file. Tags that would make objects of a language's classes are only
 * text, and references are expanded a hundred times at most.
 *
 * @throws AppError TOO_LARGE, PATH_UNREADABLE, DATA_MALFORMED
 */
export async function readYaml(filePath: string): Promise<Record<string, unknown> | null> {
  const text = await readSmallText(filePath, LONGEST_BYTES);
  if (text === null) return null;
  try {
    const value: unknown = parse(text, { maxAliasCount: 100, logLevel: 'silent', intAsBigInt: false });
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  } catch (error) {
    throw new AppError('DATA_MALFORMED', `${filePath} is no YAML: ${(error as Error).message}`, {
      details: { path: filePath },
      cause: error,
    });
  }
}

/** Nested values as parameters with dotted keys; lists as JSON. */
export function parametersOf(value: unknown, prefix = '', depth = 0): Record<string, ParameterValue> {
  const params: Record<string, ParameterValue> = {};
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return params;
  for (const [name, each] of Object.entries(value)) {
    const key = prefix === '' ? name : `${prefix}.${name}`;
    if (typeof each === 'object' && each !== null && !Array.isArray(each)) {
      Object.assign(params, parametersOf(each, key, depth + 1));
    } else if (typeof each === 'string' || typeof each === 'boolean') params[key] = each;
    else if (typeof each === 'number') params[key] = Number.isFinite(each) ? each : String(each);
    else params[key] = JSON.stringify(each) ?? 'null';
  }
  return params;
}

/** A parameter that came as text: a number where the number says exactly the same. */
export function parameterFromText(text: string): ParameterValue {
  const number = Number(text);
  return text !== '' && Number.isFinite(number) && String(number) === text ? number : text;
}
