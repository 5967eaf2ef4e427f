import { z } from 'zod';
import { columnChange, drift } from './data-drift.ts';
import { dataSqlContract } from './data-sql.contract.ts';
import { column, columnType, histogramBin } from './datasets.contract.ts';
import { nameOrId } from './ids.ts';
import { job } from './jobs.contract.ts';
import { procedure } from './procedure.ts';
import { inProject } from './projects.contract.ts';
import { versionName } from './version-name.ts';
import { cell } from './wire.ts';

/** A table: a data set and, where it is not the latest, a version of it. */
export const tableRef = z.object({ dataset: nameOrId, version: versionName.optional() });
export type TableRef = z.infer<typeof tableRef>;

const inTable = { ...inProject, ...tableRef.shape };

/** A condition on one column. `missing` and `present` take no value; `contains` looks for a text, whatever its capitals. */
export const rowCondition = z.object({
  column: z.string(),
  is: z.enum(['equal', 'not equal', 'less', 'at most', 'more', 'at least', 'contains', 'missing', 'present']),
  value: cell.default(null),
});
export type RowCondition = z.infer<typeof rowCondition>;

export const rowOrder = z.object({ column: z.string(), descending: z.boolean().default(false) });
export type RowOrder = z.infer<typeof rowOrder>;

/** Columns of one page at most: a wider table is looked at a part at a time. */
export const MOST_PAGE_COLUMNS = 200;

export const tablePage = z.object({
  /** Those of the page, in the order asked for. */
  columns: z.array(column),
  rows: z.array(z.array(cell)),
  /** Where each row stands in the table, counted from 0. */
  rowNumbers: z.array(z.number().int()),
  totalRows: z.number().int(),
  /** Rows that fulfil the conditions. */
  matchingRows: z.number().int(),
  totalColumns: z.number().int(),
});
export type TablePage = z.infer<typeof tablePage>;

const quantile = z.object({ at: z.number(), value: z.number() });
/** Times are epoch milliseconds. */
const timeBin = z.object({ fromMs: z.number(), toMs: z.number(), count: z.number().int() });

/** What is known of one column of one version. */
export const columnStatistics = z.object({
  name: z.string(),
  type: columnType,
  count: z.number().int(),
  missing: z.number().int(),
  distinct: z.number().int(),
  /** False in a table so long that quantiles are estimated (within about 1 % of the rows), and counts of very many distinct values (within about 10 %). */
  exact: z.boolean(),
  /** Integer and number columns that have values; `std` is that of these values (divided by their number). */
  numeric: z
    .object({
      min: z.number(),
      max: z.number(),
      mean: z.number(),
      std: z.number(),
      zeros: z.number().int(),
      negatives: z.number().int(),
      /** At 0.01, 0.05, 0.25, 0.5, 0.75, 0.95 and 0.99, interpolated. */
      quantiles: z.array(quantile),
      histogram: z.array(histogramBin),
    })
    .nullable(),
  /** Text columns that have values; lengths in characters. */
  text: z
    .object({
      minLength: z.number().int(),
      maxLength: z.number().int(),
      meanLength: z.number(),
      /** Texts of nothing but blanks, the empty one among them. */
      blank: z.number().int(),
      lengths: z.array(histogramBin),
    })
    .nullable(),
  /** Time columns that have values. */
  time: z.object({ firstMs: z.number(), lastMs: z.number(), histogram: z.array(timeBin) }).nullable(),
  /** The most frequent values, at most ten, most frequent first. */
  top: z.array(z.object({ value: cell, count: z.number().int() })),
});
export type ColumnStatistics = z.infer<typeof columnStatistics>;

export const tableProfile = z.object({
  rows: z.number().int(),
  totalColumns: z.number().int(),
  columns: z.array(columnStatistics),
});
export type TableProfile = z.infer<typeof tableProfile>;

export const classBalance = z.object({
  column: z.string(),
  rows: z.number().int(),
  missing: z.number().int(),
  distinct: z.number().int(),
  /** Most frequent first, at most 1,000. */
  classes: z.array(z.object({ value: cell, count: z.number().int(), share: z.number() })),
  /** Rows of the largest class for each row of the smallest. */
  imbalance: z.number().nullable(),
  /** Entropy of the shares over that of equal shares: 1 is balanced, 0 is one class. */
  evenness: z.number().nullable(),
});
export type ClassBalance = z.infer<typeof classBalance>;

/** Equal rows: the first numbers (at most five) and the cells of the first. */
const equalRows = z.object({
  count: z.number().int(),
  rowNumbers: z.array(z.number().int()),
  cells: z.array(cell),
});

const similarRows = z.object({
  /** Jaccard similarity of what the rows hold, 0 to 1. */
  similarity: z.number(),
  rowNumbers: z.tuple([z.number().int(), z.number().int()]),
  cells: z.tuple([z.array(cell), z.array(cell)]),
});

export const duplicateReport = z.object({
  rows: z.number().int(),
  /** Columns that were compared. */
  comparedColumns: z.number().int(),
  /** Columns that cells of examples belong to. */
  columns: z.array(column),
  exact: z.object({
    /** Rows beyond the first of their kind: what removing duplicates removes. */
    extraRows: z.number().int(),
    groups: z.number().int(),
    /** The largest groups. */
    examples: z.array(equalRows),
  }),
  near: z
    .object({
      threshold: z.number(),
      /** Rows that were compared with each other; less than `rows` in a very long table, and where rows hold too little. */
      comparedRows: z.number().int(),
      /** Rows that have at least one near-duplicate which was found. */
      affectedRows: z.number().int(),
      pairs: z.number().int(),
      /** False where there were more candidates than are looked at, so that `pairs` is a lower bound. */
      complete: z.boolean(),
      /** The most similar pairs; equal rows are not among them. */
      examples: z.array(similarRows),
    })
    .nullable(),
});
export type DuplicateReport = z.infer<typeof duplicateReport>;

/** A row that one version has and the other has not. */
const loneRow = z.object({ rowNumber: z.number().int(), cells: z.array(cell) });

const changedRow = z.object({
  key: z.array(cell),
  beforeRowNumber: z.number().int(),
  afterRowNumber: z.number().int(),
  /** Cells that differ, at most 50. */
  changes: z.array(z.object({ column: z.string(), before: cell, after: cell })),
});

export const tableDiff = z.object({
  schema: z.object({
    added: z.array(column),
    removed: z.array(column),
    retyped: z.array(z.object({ name: z.string(), before: columnType, after: columnType })),
    /** Whether columns that both have stand in another order. */
    reordered: z.boolean(),
  }),
  rows: z.object({
    before: z.number().int(),
    after: z.number().int(),
    /** By content there is no "changed": a changed row is one removed and one added. */
    by: z.enum(['key', 'content']),
    key: z.array(z.string()),
    /** Columns that both versions have: the only ones that are compared. */
    comparedColumns: z.number().int(),
    added: z.number().int(),
    removed: z.number().int(),
    changed: z.number().int(),
    unchanged: z.number().int(),
    /** Columns that cells of `added` and `removed` examples belong to. */
    columns: z.array(column),
    addedExamples: z.array(loneRow),
    removedExamples: z.array(loneRow),
    changedExamples: z.array(changedRow),
    /** By key only: how many rows changed in which column, most first. */
    changedColumns: z.array(columnChange),
  }),
  /** By column that both have, strongest drift first. */
  drift: z.array(drift),
});
export type TableDiff = z.infer<typeof tableDiff>;

/** What a long look gives: its result, or the job that works it out. Ask again with the same input when the job has finished. */
export function looked<Shape extends z.ZodType>(result: Shape) {
  return z.discriminatedUnion('state', [
    z.object({ state: z.literal('ready'), result }),
    z.object({ state: z.literal('working'), job }),
  ]);
}

export const dataTablesContract = {
  preview: procedure
    .route({
      method: 'POST',
      path: '/tables/{dataset}/page',
      summary: 'Rows of a table from any offset, some of its columns, filtered and sorted',
    })
    .input(
      z.object({
        ...inTable,
        offset: z.number().int().min(0).default(0),
        limit: z.number().int().min(1).max(1000).default(100),
        /** By name; the first 200 where none is named. */
        columns: z.array(z.string()).min(1).max(MOST_PAGE_COLUMNS).optional(),
        where: z.array(rowCondition).max(20).default([]),
        orderBy: rowOrder.nullable().default(null),
      }),
    )
    .output(tablePage),
  /** Kept with the content of the version, and computed by the first who asks. */
  profile: procedure
    .route({
      method: 'POST',
      path: '/tables/{dataset}/profile',
      summary: 'Statistics, quantiles and histograms of columns',
    })
    .input(
      z.object({
        ...inTable,
        columnOffset: z.number().int().min(0).default(0),
        columnLimit: z.number().int().min(1).max(5000).default(MOST_PAGE_COLUMNS),
        /** Part of the names of the columns that are meant. */
        search: z.string().max(200).default(''),
      }),
    )
    .output(looked(tableProfile)),
  classes: procedure
    .route({
      method: 'GET',
      path: '/tables/{dataset}/classes',
      summary: 'How rows spread over the values of a column',
    })
    .input(z.object({ ...inTable, column: z.string() }))
    .output(classBalance),
  duplicates: procedure
    .route({
      method: 'POST',
      path: '/tables/{dataset}/duplicates',
      summary: 'Equal rows, and rows that are nearly equal',
    })
    .input(
      z.object({
        ...inTable,
        /** Columns that do not count, such as an id. */
        ignore: z.array(z.string()).max(1000).default([]),
        /** Least similarity of near-duplicates; null looks for equal rows only. */
        threshold: z.number().min(0.5).max(0.99).nullable().default(0.85),
      }),
    )
    .output(looked(duplicateReport)),
  diff: procedure
    .route({
      method: 'POST',
      path: '/tables/diff',
      summary: 'What differs between two tables: columns, rows, and how values spread',
    })
    .input(
      z.object({
        ...inProject,
        before: tableRef,
        after: tableRef,
        /** Columns that name a row in both; without them rows are compared by their content. */
        key: z.array(z.string()).min(1).max(20).optional(),
      }),
    )
    .output(looked(tableDiff)),
  sql: dataSqlContract,
};
