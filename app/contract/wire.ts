import { z } from 'zod';

/** Milliseconds since 1970-01-01 UTC: the only form of a time on the wire. */
export const epochMs = z.number().int().nonnegative();

/**
 * A number that survives every transport. JSON has no NaN and no infinities, so these travel as words, as MLflow's
 * clients also write them.
 */
export const wireNumber = z.union([z.number(), z.literal(['NaN', 'Infinity', '-Infinity'])]);
export type WireNumber = z.infer<typeof wireNumber>;

export function toWireNumber(value: number): WireNumber {
  if (Number.isFinite(value)) return value;
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? 'Infinity' : '-Infinity';
}

export function fromWireNumber(value: WireNumber): number {
  return typeof value === 'number' ? value : Number(value);
}

/** One cell of a table on the wire. */
export const cell = z.union([z.string(), z.number(), z.boolean(), z.null()]);
export type Cell = z.infer<typeof cell>;

/** A parameter's value as the user gave it. */
export const parameterValue = z.union([z.string(), z.number(), z.boolean()]);
export type ParameterValue = z.infer<typeof parameterValue>;

/** Progress of long work: a fraction where the total is known, always a phrase a person can read. */
export const progress = z.object({
  /** 0 to 1, or null while the total is not known. */
  fraction: z.number().min(0).max(1).nullable(),
  message: z.string(),
  /** For example "1.2 MB/s" or "310 steps/s". */
  rate: z.string().nullable(),
  remainingMs: z.number().nonnegative().nullable(),
});
export type Progress = z.infer<typeof progress>;
