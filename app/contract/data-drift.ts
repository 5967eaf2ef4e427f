import { z } from 'zod';
import { columnType } from './datasets.contract.ts';
import { cell } from './wire.ts';

/** Two-sample Kolmogorov–Smirnov: `d` is the greatest distance of the two distribution functions. */
const ksTest = z.object({ d: z.number(), pValue: z.number() });
/** Pearson's chi-squared test of homogeneity over the column's values; rare ones count as one. */
const chiSquaredTest = z.object({
  statistic: z.number(),
  degreesOfFreedom: z.number().int(),
  pValue: z.number(),
});

/** A part of the values: a range of numbers (times are epoch milliseconds, lengths are characters), a value, the rest, or no value. */
const driftBin = z.object({
  kind: z.enum(['range', 'value', 'others', 'missing']),
  /** For `range`; null is open. */
  from: z.number().nullable(),
  to: z.number().nullable(),
  value: cell,
  before: z.number().int(),
  after: z.number().int(),
});

export const driftMeasure = z.enum(['numbers', 'times', 'values', 'lengths']);
/** What was compared: a text column of very many values is compared by the lengths of its texts. */
export type DriftMeasure = z.infer<typeof driftMeasure>;

/** How differently a column's values spread in two tables. */
export const drift = z.object({
  column: z.string(),
  /** In the later table. */
  type: columnType,
  measure: driftMeasure,
  /** Population stability index: below 0.1 hardly any drift, above 0.25 a strong one, by common usage. */
  psi: z.number(),
  level: z.enum(['none', 'some', 'strong']),
  /** For `numbers`, `times` and `lengths`. */
  ks: ksTest.nullable(),
  /** For `values`. */
  chiSquared: chiSquaredTest.nullable(),
  /** 0 to 1. */
  missingBefore: z.number(),
  missingAfter: z.number(),
  bins: z.array(driftBin),
  /** Rows of each table that the tests looked at; less than all in a very long table. */
  sampledBefore: z.number().int(),
  sampledAfter: z.number().int(),
});
export type Drift = z.infer<typeof drift>;
export type DriftBin = Drift['bins'][number];

export const columnChange = z.object({ column: z.string(), rows: z.number().int() });
