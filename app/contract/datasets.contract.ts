import { z } from 'zod';
import { datasetId, datasetVersionId, digest, nameOrId, objectName, projectId } from './ids.ts';
import { importSource } from './import-source.ts';
import { job } from './jobs.contract.ts';
import { procedure } from './procedure.ts';
import { inProject } from './projects.contract.ts';
import { dataAliasName, versionName } from './version-name.ts';
import { cell, epochMs } from './wire.ts';

export type { ImportSource } from './import-source.ts';

export const columnType = z.enum(['integer', 'number', 'boolean', 'text', 'time']);
export type ColumnType = z.infer<typeof columnType>;

export const column = z.object({ name: z.string(), type: columnType });
export type Column = z.infer<typeof column>;

/** A file of a version: its path inside the version, never a path of this machine. */
export const versionFile = z.object({
  path: z.string(),
  sizeBytes: z.number().int(),
  digest,
  /** Whether its owner may execute it. */
  executable: z.boolean(),
});
export type VersionFile = z.infer<typeof versionFile>;

/** A version as others point at it. */
export const versionPointer = z.object({
  id: datasetVersionId,
  datasetId,
  datasetName: z.string(),
  version: z.number().int().positive(),
});
export type VersionPointer = z.infer<typeof versionPointer>;

export const tagKey = z
  .string()
  .trim()
  .regex(
    /^[\p{L}\p{N}](?:[\p{L}\p{N} ._/:-]{0,98}[\p{L}\p{N}._/:-])?$/u,
    'a tag has at most 100 letters, digits, spaces, ".", "_", "/", ":" or "-"',
  );
/** Facts that people attach; the value may be empty. */
export const versionTags = z.record(tagKey, z.string().max(1000));

export const datasetVersion = z.object({
  id: datasetVersionId,
  datasetId,
  datasetName: z.string(),
  /** 1, 2, 3 …; a number is never given twice. */
  version: z.number().int().positive(),
  /** Digest of the manifest: equal digests mean equal content. */
  digest,
  message: z.string(),
  /** Who made it; empty where that was not recorded. */
  author: z.string(),
  /** What it was made from or follows; the first is the version before it. */
  parents: z.array(versionPointer),
  /** Name and value; these and aliases are all that changes of a version. */
  tags: z.record(z.string(), z.string()),
  aliases: z.array(z.string()),
  /** Null where the version is not a table (a folder of images, say). */
  rows: z.number().int().nullable(),
  columns: z.array(column),
  /** What its files were recognised as (`csv`, `parquet`, `images` …); null: just files, or not recorded. */
  format: z.string().nullable(),
  /** Column that names a file of the version, if rows stand for files. */
  fileColumn: z.string().nullable(),
  /** Column with the class of a row, if the format has one. */
  labelColumn: z.string().nullable(),
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
  /** What it is, in the words of its owner. */
  description: z.string(),
  versions: z.number().int(),
  latest: datasetVersion,
  /** Alias and the number of the version that it points at. */
  aliases: z.record(z.string(), z.number().int()),
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

/** `Job.result` of a finished `dataset.import`. */
export const importResult = z.object({
  version: datasetVersion,
  /** The content was a version already. */
  reused: z.boolean(),
  /** Bytes that had to be read; 0 if sizes, times and inodes said that nothing changed. */
  readBytes: z.number().int(),
  /** Bytes that came onto the disk. */
  addedBytes: z.number().int(),
});
export type ImportResult = z.infer<typeof importResult>;

/** `Job.result` of a finished `dataset.checkout`. */
export const checkoutResult = z.object({
  version: datasetVersion,
  folder: z.string(),
  written: z.number().int(),
  removed: z.number().int(),
  unchanged: z.number().int(),
  writtenBytes: z.number().int(),
});
export type CheckoutResult = z.infer<typeof checkoutResult>;

/** `Job.result` of a finished `dataset.verify`. */
export const verifyResult = z.object({
  versions: z.number().int(),
  sizeBytes: z.number().int(),
  /** What cannot be read whole; empty: everything is as it was imported. */
  damaged: z.array(
    z.object({
      kind: z.string(),
      name: z.string(),
      reason: z.string(),
      /** The versions that it harms, and how many of their files. */
      versions: z.array(versionPointer.extend({ files: z.number().int(), examples: z.array(z.string()) })),
    }),
  ),
});
export type VerifyResult = z.infer<typeof verifyResult>;

const changedFile = z.object({ before: versionFile, after: versionFile });

/** What lies directly in a folder of a version: a file, or a folder with all that is below it. */
export const folderEntry = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('file'), name: z.string(), file: versionFile }),
  z.object({
    kind: z.literal('folder'),
    name: z.string(),
    /** Inside the version, with a slash at its end. */
    path: z.string(),
    files: z.number().int(),
    sizeBytes: z.number().int(),
  }),
]);
export type FolderEntry = z.infer<typeof folderEntry>;

/** A part of a folder's entries; the numbers are of the whole folder. */
export const folderPage = z.object({
  entries: z.array(folderEntry),
  /** Entries of the folder, and how many of them are folders. */
  total: z.number().int(),
  folders: z.number().int(),
  /** Of everything below it. */
  files: z.number().int(),
  sizeBytes: z.number().int(),
});
export type FolderPage = z.infer<typeof folderPage>;

/** What differs between the files of two versions. Each list is cut to the page, counts are whole. */
export const versionDiff = z.object({
  before: datasetVersion,
  after: datasetVersion,
  counts: z.object({
    added: z.number().int(),
    removed: z.number().int(),
    changed: z.number().int(),
    renamed: z.number().int(),
  }),
  added: z.array(versionFile),
  removed: z.array(versionFile),
  changed: z.array(changedFile),
  /** Equal content under another path. */
  renamed: z.array(changedFile),
  /** Bytes of `after` that `before` already had, piece by piece. */
  sharedBytes: z.number().int(),
});
export type VersionDiff = z.infer<typeof versionDiff>;

const inDataset = { ...inProject, dataset: nameOrId };

/** One version of a data set; the latest where none is named. */
export const versionInput = { ...inDataset, version: versionName.optional() };

/** A path inside a version. */
const innerPath = z.string().min(1).max(4096);

export const datasetsContract = {
  list: procedure
    .route({ method: 'GET', path: '/datasets', summary: 'Data sets of a project' })
    .input(z.object(inProject))
    .output(z.array(dataset)),
  get: procedure
    .route({ method: 'GET', path: '/datasets/{dataset}', summary: 'One data set' })
    .input(z.object(inDataset))
    .output(dataset),
  versions: procedure
    .route({
      method: 'GET',
      path: '/datasets/{dataset}/versions',
      summary: 'Versions of a data set, newest first',
    })
    .input(z.object(inDataset))
    .output(z.array(datasetVersion)),
  version: procedure
    .route({
      method: 'GET',
      path: '/datasets/{dataset}/version',
      summary:
        'One version by number, alias, `latest` or the beginning of its digest; without one the latest',
    })
    .input(z.object(versionInput))
    .output(datasetVersion),
  files: procedure
    .route({ method: 'GET', path: '/datasets/{dataset}/files', summary: 'Files of a version, by path' })
    .input(
      z.object({
        ...versionInput,
        /** Only files whose path begins so. */
        prefix: z.string().max(4096).default(''),
        offset: z.number().int().min(0).default(0),
        limit: z.number().int().min(1).max(1000).default(100),
      }),
    )
    .output(z.object({ files: z.array(versionFile), total: z.number().int() })),
  folder: procedure
    .route({
      method: 'GET',
      path: '/datasets/{dataset}/folder',
      summary: 'What lies in a folder of a version: folders first, with what is below them, then files',
    })
    .input(
      z.object({
        ...versionInput,
        /** Inside the version, with or without a slash at its end; empty: its root. */
        folder: z.string().max(4096).default(''),
        offset: z.number().int().min(0).default(0),
        limit: z.number().int().min(1).max(1000).default(100),
        sort: z.enum(['name', 'size', 'files']).default('name'),
        descending: z.boolean().default(false),
      }),
    )
    .output(folderPage),
  /** A slice of a file's bytes; `GET /api/v1/datasets/{dataset}/file` gives the whole of it, or a range. */
  fileBytes: procedure
    .route({ method: 'GET', path: '/datasets/{dataset}/bytes', summary: 'Bytes of a file of a version' })
    .input(
      z.object({
        ...versionInput,
        path: innerPath,
        offset: z.number().int().min(0).default(0),
        length: z
          .number()
          .int()
          .min(1)
          .max(8 * 2 ** 20)
          .default(2 ** 20),
      }),
    )
    .output(z.instanceof(Blob)),
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
        /** Defaults to the user of the machine that runs the core. */
        author: z.string().trim().min(1).max(200).optional(),
        tags: versionTags.default({}),
        /** Names inside the version to take only or to leave out, as gitignore patterns; none means everything. */
        include: z.array(z.string().min(1).max(1000)).max(1000).default([]),
        exclude: z.array(z.string().min(1).max(1000)).max(1000).default([]),
        /** Read every file again, also those whose size, time and inode have not changed. */
        rehash: z.boolean().default(false),
        /** What the files are, where that should not be found out: a format's name, or `files` for no table. */
        format: z
          .string()
          .regex(/^[a-z][a-z0-9-]{0,30}$/)
          .optional(),
      }),
    )
    .output(job),
  describe: procedure
    .route({
      method: 'PUT',
      path: '/datasets/{dataset}/description',
      summary: 'Say what a data set is; the messages of versions never change',
    })
    .input(z.object({ ...inDataset, description: z.string().max(20_000) }))
    .output(dataset),
  tag: procedure
    .route({ method: 'POST', path: '/datasets/{dataset}/tag', summary: 'Set tags of a version' })
    .input(z.object({ ...versionInput, tags: versionTags }))
    .output(datasetVersion),
  untag: procedure
    .route({ method: 'POST', path: '/datasets/{dataset}/untag', summary: 'Remove tags of a version' })
    .input(z.object({ ...versionInput, keys: z.array(z.string().min(1).max(200)).min(1).max(100) }))
    .output(datasetVersion),
  setAlias: procedure
    .route({
      method: 'PUT',
      path: '/datasets/{dataset}/aliases/{alias}',
      summary: 'Point an alias at a version; `name@alias` then names it everywhere',
    })
    .input(z.object({ ...versionInput, alias: dataAliasName }))
    .output(dataset),
  removeAlias: procedure
    .route({ method: 'DELETE', path: '/datasets/{dataset}/aliases/{alias}', summary: 'Remove an alias' })
    .input(z.object({ ...inDataset, alias: dataAliasName }))
    .output(dataset),
  diff: procedure
    .route({
      method: 'GET',
      path: '/datasets/{dataset}/diff',
      summary: 'Files that differ between two versions, of one data set or of two',
    })
    .input(
      z.object({
        ...versionInput,
        /** What it is compared with: a version of `beforeDataset` or else of `dataset`; by default the version before it. */
        before: versionName.optional(),
        beforeDataset: nameOrId.optional(),
        /** Of each of the four lists; a further page of the same two versions costs only what it holds. */
        offset: z.number().int().min(0).default(0),
        limit: z.number().int().min(1).max(1000).default(100),
      }),
    )
    .output(versionDiff),
  checkout: procedure
    .route({
      method: 'POST',
      path: '/datasets/{dataset}/checkout',
      summary: 'Write the files of a version into a folder; again, only what differs',
    })
    .input(
      z.object({
        ...versionInput,
        /** Absolute, on the machine that runs the core. */
        folder: z.string().min(1).max(4096),
        prefix: z.string().max(4096).default(''),
        /**
         * A folder that holds something: `refuse`; `update` makes it equal to the version, but not over files that were changed since
         * the last checkout; `overwrite` does not ask.
         */
        existing: z.enum(['refuse', 'update', 'overwrite']).default('update'),
      }),
    )
    .output(job),
  verify: procedure
    .route({
      method: 'POST',
      path: '/datasets/verify',
      summary: 'Read everything that versions hold and compare it with its digests',
    })
    .input(
      z.object({
        ...inProject,
        /** All data sets of the project where none is named, all versions where none is. */
        dataset: nameOrId.optional(),
        version: versionName.optional(),
      }),
    )
    .output(job),
  preview: procedure
    .route({ method: 'GET', path: '/datasets/{dataset}/preview', summary: 'Rows of a table from any offset' })
    .input(
      z.object({
        ...versionInput,
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
    .input(z.object(versionInput))
    .output(z.array(columnProfile)),
  delete: procedure
    .route({
      method: 'DELETE',
      path: '/datasets/{dataset}',
      summary: 'Delete a data set; `restore` brings it back until garbage is collected',
    })
    .input(z.object(inDataset))
    .output(z.object({ id: datasetId, freesBytes: z.number().int() })),
  restore: procedure
    .route({ method: 'POST', path: '/datasets/{id}/restore', summary: 'Undo the deletion of a data set' })
    .input(z.object({ id: datasetId }))
    .output(dataset),
  deleteVersion: procedure
    .route({
      method: 'DELETE',
      path: '/datasets/{dataset}/version',
      summary: 'Delete one version; its number is not given again. Refused while an alias points at it',
    })
    .input(z.object({ ...inDataset, version: versionName }))
    .output(z.object({ id: datasetVersionId, freesBytes: z.number().int() })),
  restoreVersion: procedure
    .route({
      method: 'POST',
      path: '/dataset-versions/{id}/restore',
      summary: 'Undo the deletion of a version',
    })
    .input(z.object({ id: datasetVersionId }))
    .output(datasetVersion),
};
