import { z } from 'zod';
import { datasetId, datasetVersionId, digest, nameOrId, objectName, projectId, uploadId } from './ids.ts';
import { job } from './jobs.contract.ts';
import { procedure } from './procedure.ts';
import { inProject } from './projects.contract.ts';
import { cell, epochMs } from './wire.ts';

export const columnType = z.enum(['integer', 'number', 'boolean', 'text', 'time']);
export type ColumnType = z.infer<typeof columnType>;

export const column = z.object({ name: z.string(), type: columnType });
export type Column = z.infer<typeof column>;

/** A file of a version: its path inside the version, never a path of this machine. */
export const versionFile = z.object({ path: z.string(), sizeBytes: z.number().int(), digest });
export type VersionFile = z.infer<typeof versionFile>;

export const datasetVersion = z.object({
  id: datasetVersionId,
  datasetId,
  datasetName: z.string(),
  /** 1, 2, 3 …; `v3` and `3` both name it. */
  version: z.number().int().positive(),
  /** Digest of the manifest: equal digests mean equal content. */
  digest,
  message: z.string(),
  /** Null where the version is not a table (a folder of images, say). */
  rows: z.number().int().nullable(),
  columns: z.array(column),
  files: z.number().int(),
  sizeBytes: z.number().int(),
  /** The path or the words that say where it came from. */
  source: z.string(),
  createdAt: epochMs,
});
export type DatasetVersion = z.infer<typeof datasetVersion>;

export const dataset = z.object({
  id: datasetId,
  projectId,
  name: z.string(),
  versions: z.number().int(),
  latest: datasetVersion,
  createdAt: epochMs,
  updatedAt: epochMs,
});
export type Dataset = z.infer<typeof dataset>;

export const histogramBin = z.object({ from: z.number(), to: z.number(), count: z.number().int() });

/** What is known of one column of one version; computed once at import and kept. */
export const columnProfile = z.object({
  name: z.string(),
  type: columnType,
  count: z.number().int(),
  missing: z.number().int(),
  distinct: z.number().int(),
  /** Present for integer and number columns that have values. */
  numeric: z
    .object({
      min: z.number(),
      max: z.number(),
      mean: z.number(),
      std: z.number(),
      median: z.number(),
      histogram: z.array(histogramBin),
    })
    .nullable(),
  /** The most frequent values, at most ten, most frequent first. */
  top: z.array(z.object({ value: cell, count: z.number().int() })),
});
export type ColumnProfile = z.infer<typeof columnProfile>;

export const importSource = z.discriminatedUnion('kind', [
  /** Files or folders of the machine that runs the core. */
  z.object({ kind: z.literal('paths'), paths: z.array(z.string().min(1)).min(1).max(10_000) }),
  /** Bytes that a browser sent to `PUT /api/v1/uploads?name=…` before. */
  z.object({ kind: z.literal('uploads'), uploads: z.array(uploadId).min(1).max(100) }),
]);
export type ImportSource = z.infer<typeof importSource>;

/** `Job.result` of a finished `dataset.import`. */
export const importResult = z.object({ version: datasetVersion, reused: z.boolean() });
export type ImportResult = z.infer<typeof importResult>;

const versionRef = { ...inProject, dataset: nameOrId, version: z.number().int().positive().optional() };

export const datasetsContract = {
  list: procedure
    .route({ method: 'GET', path: '/datasets', summary: 'Data sets of a project' })
    .input(z.object(inProject))
    .output(z.array(dataset)),
  get: procedure
    .route({ method: 'GET', path: '/datasets/{dataset}', summary: 'One data set' })
    .input(z.object({ ...inProject, dataset: nameOrId }))
    .output(dataset),
  versions: procedure
    .route({
      method: 'GET',
      path: '/datasets/{dataset}/versions',
      summary: 'Versions of a data set, newest first',
    })
    .input(z.object({ ...inProject, dataset: nameOrId }))
    .output(z.array(datasetVersion)),
  /** One version; the latest where none is named. */
  version: procedure
    .route({ method: 'GET', path: '/datasets/{dataset}/version', summary: 'One version of a data set' })
    .input(z.object(versionRef))
    .output(datasetVersion.extend({ manifest: z.array(versionFile) })),
  import: procedure
    .route({
      method: 'POST',
      path: '/datasets/{name}/import',
      summary: 'Import files as a new version; unchanged content reuses the version it equals',
    })
    .input(
      z.object({
        ...inProject,
        name: objectName,
        source: importSource,
        message: z.string().max(2000).default(''),
      }),
    )
    .output(job),
  preview: procedure
    .route({ method: 'GET', path: '/datasets/{dataset}/preview', summary: 'Rows of a table from any offset' })
    .input(
      z.object({
        ...versionRef,
        offset: z.number().int().min(0).default(0),
        limit: z.number().int().min(1).max(1000).default(100),
      }),
    )
    .output(
      z.object({ columns: z.array(column), rows: z.array(z.array(cell)), totalRows: z.number().int() }),
    ),
  profile: procedure
    .route({
      method: 'GET',
      path: '/datasets/{dataset}/profile',
      summary: 'Statistics and histogram of every column',
    })
    .input(z.object(versionRef))
    .output(z.array(columnProfile)),
  delete: procedure
    .route({
      method: 'DELETE',
      path: '/datasets/{dataset}',
      summary: 'Delete a data set; `restore` brings it back until garbage is collected',
    })
    .input(z.object({ ...inProject, dataset: nameOrId }))
    .output(z.object({ id: datasetId, freesBytes: z.number().int() })),
  restore: procedure
    .route({ method: 'POST', path: '/datasets/{id}/restore', summary: 'Undo the deletion of a data set' })
    .input(z.object({ id: datasetId }))
    .output(dataset),
};
