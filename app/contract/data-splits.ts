import { z } from 'zod';
import { datasetVersionId, digest } from './ids.ts';
import { cell, epochMs } from './wire.ts';

/** The most folds, and the most parts, of a split. */
export const MOST_PARTS = 100;

export const splitName = z
  .string()
  .trim()
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,99}$/u,
    'a split is named by at most 100 letters, digits, ".", "_" or "-"',
  );

/** Also the name of a file that programs read. */
export const partName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,39}$/, 'a part is named by at most 40 small letters, digits, "_" or "-"');

/** Name of the file, beside a part's row numbers, that lists the files which its rows stand for. */
export const filesOfPart = (part: string): string => `${part}.files.jsonl`;

const column = z.string().min(1).max(1000);

/** By what rows are told apart; see docs/expectations-and-splits.md for the algorithm. */
export const splitMethod = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('random') }),
  /** Every part has each class in the same proportion. */
  z.strictObject({ kind: z.literal('stratified'), column }),
  /** Rows with equal values in these columns stay in one part. */
  z.strictObject({ kind: z.literal('grouped'), columns: z.array(column).min(1).max(20) }),
  /** The first part has the earliest rows, the last the latest. */
  z.strictObject({ kind: z.literal('time'), column }),
]);
export type SplitMethod = z.infer<typeof splitMethod>;

export const splitParts = z
  .array(z.strictObject({ name: partName, fraction: z.number().gt(0).lt(1) }))
  .min(2)
  .max(MOST_PARTS)
  .refine((parts) => Math.abs(parts.reduce((sum, { fraction }) => sum + fraction, 0) - 1) < 1e-6, {
    error: 'the fractions of the parts have to add up to 1',
  })
  .refine((parts) => new Set(parts.map(({ name }) => name)).size === parts.length, {
    error: 'two parts have the same name',
  });

export const dataSplitSpec = z
  .strictObject({
    method: splitMethod,
    /** Their names and shares, in order; `train`, `validation` and `test` are what native training looks for. */
    parts: splitParts.optional(),
    /** Instead of parts: so many equal ones, named `fold-1`, `fold-2` … */
    folds: z.number().int().min(2).max(MOST_PARTS).optional(),
    seed: z.number().int().min(0).max(4_294_967_295).default(7),
    /**
     * Whether identical rows stay in one part, so that none is both learnt and asked for; `apart` where rows repeat
     * by nature. Grouped splits and splits by time do not look at it.
     */
    duplicates: z.enum(['together', 'apart']).default('together'),
    /** Columns that do not count when rows are compared (row numbers, ids). Without a word on it, Lathe looks for such columns. */
    ignore: z.array(column).max(1000).optional(),
  })
  .refine(({ parts, folds }) => (parts === undefined) !== (folds === undefined), {
    error: 'a split has either parts or folds',
    path: ['parts'],
  });
export type DataSplitSpec = z.output<typeof dataSplitSpec>;

/** Names and shares of a split's parts, in order. */
export function partsOfSplit({
  parts,
  folds = 0,
}: Pick<DataSplitSpec, 'parts' | 'folds'>): readonly { readonly name: string; readonly fraction: number }[] {
  if (parts) return parts;
  return Array.from({ length: folds }, (_, index) => ({ name: `fold-${index + 1}`, fraction: 1 / folds }));
}

const place = z.object({ row: z.number().int(), part: z.string() });

/** Something that stands on both sides of a split. */
export const leak = z.object({
  kind: z.enum(['duplicates', 'near-duplicates', 'groups', 'time']),
  /** `leak` is one; `suspicion` may be meant so. */
  severity: z.enum(['leak', 'suspicion']),
  /** Column or columns concerned; empty for whole rows. */
  columns: z.array(z.string()),
  /** Rows concerned, in all parts. */
  rows: z.number().int(),
  message: z.string(),
  nextStep: z.string(),
  /** A few cases: two rows of different parts, and the cells that they share (or that break the order). */
  examples: z.array(z.object({ one: place, other: place, cells: z.record(z.string(), cell) })),
});
export type Leak = z.infer<typeof leak>;

export const leakageReport = z.object({ leaks: z.array(leak) });
export type LeakageReport = z.infer<typeof leakageReport>;

/** A named split of a version's rows. It never changes; one that a run used is not removed. */
export const datasetSplit = z.object({
  versionId: datasetVersionId,
  name: splitName,
  /** As it was asked for, `ignore` filled in. */
  spec: dataSplitSpec,
  /** Of the assignment: equal digests put every row into the same part. */
  digest,
  rows: z.number().int(),
  parts: z.array(
    z.object({
      name: z.string(),
      rows: z.number().int(),
      /** Of all rows. */
      fraction: z.number(),
    }),
  ),
  /** How often each class stands in each part, for a stratified split: `counts[part][class]`; the largest classes first. */
  classes: z
    .object({
      column: z.string(),
      labels: z.array(cell),
      counts: z.array(z.array(z.number().int())),
      /** Classes that are not listed. */
      more: z.number().int(),
    })
    .nullable(),
  leakage: leakageReport,
  /** Runs that were trained with it. */
  runs: z.number().int(),
  createdAt: epochMs,
});
export type DatasetSplit = z.infer<typeof datasetSplit>;

/** A split as a run names it. */
export const splitChoice = z.object({
  name: splitName,
  /** For a split of folds: which one is held out, from 1 on. */
  fold: z.number().int().min(1).max(MOST_PARTS).optional(),
});
export type SplitChoice = z.infer<typeof splitChoice>;

/** A split as a run remembers it. */
export const usedSplit = splitChoice.extend({ digest });
export type UsedSplit = z.infer<typeof usedSplit>;
