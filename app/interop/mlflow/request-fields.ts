import { fromWireNumber, type WireNumber } from '../../contract/wire.ts';
import type { KeyValue } from '../../kernel/ports/tracking.ts';
import { invalid, type MlflowError } from './mlflow-error.ts';
import { pythonJson, pythonType } from './python-text.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

const HINT = 'See the API docs for more information about request parameters.';

/** What a client sent, field by field, refused in the words of MLflow's server where it does not fit. */
export class Fields {
  readonly #body: JsonObject;

  /** @param body values of a query are texts; a list there is one however often its name was given */
  constructor(body: JsonObject) {
    this.#body = body;
  }

  has(name: string): boolean {
    return this.#body[name] !== undefined && this.#body[name] !== null;
  }

  raw(name: string): unknown {
    return this.#body[name];
  }

  /** @returns '' where there is none */
  text(name: string): string {
    const value = this.#body[name] ?? '';
    if (typeof value !== 'string') throw wrongType(name, value);
    return value;
  }

  requiredText(name: string): string {
    const value = this.#body[name];
    if (value === undefined || value === null || value === '') throw missing(name);
    if (typeof value !== 'string') throw wrongType(name, value);
    return value;
  }

  /** `run_id`, or `run_uuid` as older clients call it. */
  runId(): string {
    return this.has('run_id') || !this.has('run_uuid')
      ? this.requiredText('run_id')
      : this.requiredText('run_uuid');
  }

  integer(name: string): number | undefined {
    const value = this.#body[name];
    if (value === undefined || value === null) return undefined;
    const number = typeof value === 'string' && /^[+-]?\d+$/.test(value) ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isInteger(number)) throw wrongType(name, value);
    return number;
  }

  requiredInteger(name: string): number {
    const value = this.integer(name);
    if (value === undefined) throw missing(name);
    return value;
  }

  /** Any double; NaN and infinities come as the words of JSON's protobuf form. */
  requiredDouble(name: string): number {
    const value = this.#body[name];
    if (value === undefined || value === null || value === '') throw missing(name);
    const number = toDouble(value);
    if (number === undefined) throw wrongType(name, value);
    return number;
  }

  boolean(name: string): boolean {
    const value = this.#body[name] ?? false;
    if (typeof value === 'boolean') return value;
    if (typeof value === 'string' && /^(true|false)$/i.test(value)) return value.toLowerCase() === 'true';
    throw invalid(`Invalid boolean value: ${String(value)}, must be 'true' or 'false'.`);
  }

  list(name: string): readonly unknown[] {
    const value = this.#body[name] ?? [];
    if (!Array.isArray(value)) throw wrongType(name, value);
    return value;
  }

  texts(name: string): readonly string[] {
    const value = this.list(name);
    if (!value.every((item) => typeof item === 'string')) throw wrongType(name, value);
    return value;
  }

  objects(name: string): readonly JsonObject[] {
    return this.list(name).map((item) => {
      if (typeof item === 'object' && item !== null && !Array.isArray(item)) return item as JsonObject;
      throw wrongType(name, this.#body[name]);
    });
  }

  /** `[{key, value}]`; a value that is not there is ''. */
  pairs(name: string): readonly KeyValue[] {
    return this.objects(name).map((item) => {
      const fields = new Fields(item);
      return { key: fields.text('key'), value: fields.text('value') };
    });
  }

  /** A number that a limit holds for; MLflow's server says no more than that it is invalid. */
  limit(name: string, fallback: number, most: number): number {
    const value = this.integer(name) ?? fallback;
    if (value > most) throw wrongType(name, this.#body[name]);
    return value;
  }
}

/** Undefined for what is no number in any form that clients write. */
export function toDouble(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return undefined;
  if (/^(NaN|-?Infinity)$/.test(value)) return fromWireNumber(value as WireNumber);
  return value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : undefined;
}

export const missing = (name: string): MlflowError =>
  invalid(`Missing value for required parameter '${name}'. ${HINT}`);

export const wrongType = (name: string, value: unknown): MlflowError =>
  invalid(
    `Invalid value ${pythonJson(value)} for parameter '${name}' supplied:  Hint: Value was of type '${pythonType(value)}'. ${HINT}`,
  );
