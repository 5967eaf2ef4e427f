import { z } from 'zod';
import { datasetVersionId, nameOrId, objectName, projectId } from './ids.ts';
import { job } from './jobs.contract.ts';
import { procedure } from './procedure.ts';
import { inProject } from './projects.contract.ts';
import { cell, epochMs } from './wire.ts';

const hexId = z.string().regex(/^[0-9a-f]{32}$/, 'an id is 32 hex digits');
export const savedQueryId = hexId.brand<'SavedQueryId'>();
export type SavedQueryId = z.infer<typeof savedQueryId>;
/** A kept result: its pages can be read until the host closes or newer results push it out. */
export const sqlResultId = hexId.brand<'SqlResultId'>();
export type SqlResultId = z.infer<typeof sqlResultId>;

const query = z.string().min(1).max(100_000);

/** What a column can be drawn as: `other` is a list, a structure or bytes. */
export const resultColumn = z.object({
  name: z.string(),
  /** As DuckDB calls it. */
  sqlType: z.string(),
  kind: z.enum(['integer', 'number', 'boolean', 'text', 'time', 'other']),
});
export type ResultColumn = z.infer<typeof resultColumn>;

/** How a result is shown. Columns that the result does not have are left out by whoever draws it. */
export const resultDisplay = z.object({
  kind: z.enum(['table', 'bar', 'line', 'scatter', 'histogram']),
  x: z.string().nullable().default(null),
  y: z.array(z.string()).max(20).default([]),
});
export type ResultDisplay = z.infer<typeof resultDisplay>;

export const sqlResult = z.object({
  /** For `page`. */
  result: sqlResultId,
  columns: z.array(resultColumn),
  /** The first page. NaN and the infinities are the words "NaN", "Infinity" and "-Infinity"; times are ISO 8601 in UTC. */
  rows: z.array(z.array(cell)),
  totalRows: z.number().int(),
  /** Whether the query gave more rows than `mostRows`; `export` writes them all. */
  truncated: z.boolean(),
  /** What suits the result, for an editor that has not been told. */
  suggested: resultDisplay,
  /** The versions that were read, by the name that the query calls them. */
  read: z.array(z.object({ name: z.string(), versionId: datasetVersionId })),
  durationMs: z.number(),
});
export type SqlResult = z.infer<typeof sqlResult>;

export const savedQuery = z.object({
  id: savedQueryId,
  projectId,
  name: z.string(),
  query,
  display: resultDisplay,
  createdAt: epochMs,
  updatedAt: epochMs,
});
export type SavedQuery = z.infer<typeof savedQuery>;

export const exportFormat = z.enum(['csv', 'parquet', 'jsonl']);
export type ExportFormat = z.infer<typeof exportFormat>;

const exportTarget = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('file'),
    /** Absolute, on the machine that runs the core. */
    path: z.string().min(1).max(4096),
    format: exportFormat,
    overwrite: z.boolean().default(false),
  }),
  /** A version of a data set (made if it is not there) that remembers the query. */
  z.object({ kind: z.literal('dataset'), name: objectName, message: z.string().max(2000).default('') }),
]);
export type ExportTarget = z.infer<typeof exportTarget>;

/** `Job.result` of a finished export. */
export const exportResult = z.object({
  rows: z.number().int(),
  sizeBytes: z.number().int(),
  /** Null where a data set was made. */
  path: z.string().nullable(),
  dataset: z.object({ name: z.string(), version: z.number().int(), reused: z.boolean() }).nullable(),
});
export type ExportResult = z.infer<typeof exportResult>;

/**
 * SQL over the versions of a project. `FROM digits` is the latest version, `FROM "digits@2"` (or `"digits@v2"`) that one. A query is one
 * statement that reads; it reaches these tables and nothing else.
 */
export const dataSqlContract = {
  run: procedure
    .route({ method: 'POST', path: '/tables/sql', summary: 'One SQL query over versions of data sets' })
    .input(
      z.object({
        ...inProject,
        query,
        /** Rows of the first page. */
        limit: z.number().int().min(1).max(10_000).default(200),
        /** Rows that are kept for `page`. */
        mostRows: z.number().int().min(1).max(1_000_000).default(100_000),
        timeLimitMs: z.number().int().min(100).max(600_000).default(60_000),
      }),
    )
    .output(sqlResult),
  page: procedure
    .route({ method: 'GET', path: '/tables/sql/{result}/page', summary: 'More rows of a kept result' })
    .input(
      z.object({
        result: sqlResultId,
        offset: z.number().int().min(0),
        limit: z.number().int().min(1).max(10_000).default(200),
      }),
    )
    .output(z.object({ rows: z.array(z.array(cell)), totalRows: z.number().int() })),
  export: procedure
    .route({
      method: 'POST',
      path: '/tables/sql/export',
      summary: 'Write what a query gives to a file, or as a version of a data set',
    })
    .input(z.object({ ...inProject, query, target: exportTarget }))
    .output(job),
  listSaved: procedure
    .route({ method: 'GET', path: '/tables/queries', summary: 'Saved queries of a project' })
    .input(z.object(inProject))
    .output(z.array(savedQuery)),
  /** A query of that name is replaced. */
  save: procedure
    .route({ method: 'POST', path: '/tables/queries', summary: 'Save a query under its name' })
    .input(
      z.object({
        ...inProject,
        name: objectName,
        query,
        display: resultDisplay.default({ kind: 'table', x: null, y: [] }),
      }),
    )
    .output(savedQuery),
  deleteSaved: procedure
    .route({ method: 'DELETE', path: '/tables/queries/{saved}', summary: 'Delete a saved query' })
    .input(z.object({ ...inProject, saved: nameOrId }))
    .output(savedQuery),
};
