import path from 'node:path';
import type {
  Column,
  ColumnProfile,
  Dataset,
  DatasetVersion,
  ImportSource,
  VersionFile,
} from '../../contract/datasets.contract.ts';
import type { DatasetId, DatasetVersionId, Digest, ProjectId } from '../../contract/ids.ts';
import type { Job } from '../../contract/jobs.contract.ts';
import type { Cell } from '../../contract/wire.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Core } from '../../kernel/core.ts';
import { nearest } from '../../kernel/nearest.ts';
import type { Tables } from '../../kernel/ports/tables.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { type CheckoutOptions, type Checkouts, createCheckouts } from './checkout.ts';
import { absolutePath, collectFiles, lookAt, sortedByName } from './collect-files.ts';
import { createDatasetRepository, type DatasetRow } from './datasets.repository.ts';
import { importDataset } from './import-dataset.ts';
import { decodeManifest } from './manifest.ts';
import { createTableCache } from './table-cache.ts';
import type { Uploads } from './uploads.ts';

export interface DatasetParts {
  readonly objects: ObjectStore;
  readonly tables: Tables;
  readonly projects: { resolve(nameOrId?: string): { readonly id: ProjectId; readonly name: string } };
  readonly uploads: Pick<Uploads, 'path' | 'name' | 'discard'>;
}

/** A table version as training needs it. */
export interface TrainingTable {
  readonly versionId: DatasetVersionId;
  readonly datasetName: string;
  readonly version: number;
  readonly digest: Digest;
  /** A Parquet file; columns as listed, types as in native/tables/column-types.ts. */
  readonly tablePath: string;
  readonly columns: readonly Column[];
  readonly rows: number;
}

/** Data sets of a workspace. A project or data set that is not there is NOT_FOUND everywhere. */
export interface Datasets {
  list(project?: string): Dataset[];
  get(project: string | undefined, nameOrId: string): Dataset;
  versions(project: string | undefined, nameOrId: string): DatasetVersion[];
  /** The version of that number, or the latest. */
  resolve(project: string | undefined, nameOrId: string, version?: number): DatasetVersion;
  /** Also of a deleted data set: runs name versions for good. */
  versionById(id: DatasetVersionId): DatasetVersion;
  manifest(version: DatasetVersion): Promise<VersionFile[]>;
  /**
   * Start an import as a job whose result is an `ImportResult`. Paths that are relative or not there are refused
   * before the job starts.
   */
  import(request: {
    readonly project?: string | undefined;
    readonly name: string;
    readonly source: ImportSource;
    readonly message: string;
  }): Promise<Job>;
  /** Rows [offset, offset + limit). @throws AppError UNSUPPORTED if the version is not a table */
  preview(
    version: DatasetVersion,
    offset: number,
    limit: number,
  ): Promise<{ columns: Column[]; rows: Cell[][]; totalRows: number }>;
  /** @throws AppError UNSUPPORTED if the version is not a table */
  profile(version: DatasetVersion): ColumnProfile[];
  delete(project: string | undefined, nameOrId: string): { id: DatasetId; freesBytes: number };
  /** @throws AppError ALREADY_EXISTS if the name was taken meanwhile */
  restore(id: DatasetId): Dataset;
  /** The version's Parquet file, made again from objects if it is missing. @throws AppError UNSUPPORTED */
  tableFile(id: DatasetVersionId): Promise<string>;
  /** @throws AppError UNSUPPORTED if the version is not a table */
  forTraining(project: string | undefined, nameOrId: string, version?: number): Promise<TrainingTable>;
  /** The version as a read-only folder of its files, made if it is not there yet; see `Checkouts.ensure`. */
  checkout(version: DatasetVersion, options?: CheckoutOptions): Promise<string>;
  /** Where that folder is or will be. */
  checkoutPath(version: DatasetVersion): string;
  /** The folders that are there, by the digest of their version. */
  readonly checkouts: Pick<Checkouts, 'list' | 'remove' | 'sweep'>;
}

export function createDatasets(core: Core, parts: DatasetParts): Datasets {
  const { database, events, clock } = core;
  const { objects, tables, projects, uploads } = parts;
  const repository = createDatasetRepository(database);
  const cache = createTableCache(core.folders, objects, tables);
  const checkouts = createCheckouts(core.folders, objects);

  function find(project: string | undefined, nameOrId: string): DatasetRow {
    const { id, name: projectName } = projects.resolve(project);
    const found = repository.byName(id, nameOrId) ?? repository.byId(nameOrId);
    if (found && found.projectId === id && found.deletedAt === null) return found;
    const names = repository.live(id).map((dataset) => dataset.name);
    const near = nearest(nameOrId, names);
    const cure =
      found?.deletedAt != null
        ? 'It was deleted; restore it first.'
        : near !== null
          ? `Did you mean "${near}"?`
          : 'Run `lathe data list` to see what there is.';
    throw new AppError('NOT_FOUND', `There is no data set "${nameOrId}" in the project "${projectName}".`, {
      nextStep: cure,
      details: { dataset: nameOrId },
    });
  }

  function resolve(project: string | undefined, nameOrId: string, number?: number): DatasetVersion {
    const { id, name } = find(project, nameOrId);
    const latest = repository.latest(id)!;
    const version = number === undefined ? latest : repository.version(id, number);
    if (version) return version;
    throw new AppError('NOT_FOUND', `The data set "${name}" has no version ${number}.`, {
      nextStep: `Its latest version is ${latest.version}.`,
      details: { dataset: name, version: number ?? null },
    });
  }

  function versionById(id: DatasetVersionId): DatasetVersion {
    const version = repository.versionById(id);
    if (version) return version;
    throw new AppError('NOT_FOUND', `There is no data set version ${id}.`, { details: { version: id } });
  }

  async function manifest({ digest }: DatasetVersion): Promise<VersionFile[]> {
    return decodeManifest(await objects.read(digest, 0, objects.size(digest)));
  }

  function tableOf(version: DatasetVersion): Promise<string> {
    requireTable(version);
    return cache.ensure(version.digest, () => manifest(version));
  }

  return {
    list: (project) => repository.list(projects.resolve(project).id),
    get: (project, nameOrId) => repository.dataset(find(project, nameOrId).id),
    versions: (project, nameOrId) => repository.versions(find(project, nameOrId).id),
    resolve,
    versionById,
    manifest,
    async import({ project, name, source, message }) {
      const projectId = projects.resolve(project).id;
      const input = await prepare(source, uploads);
      return core.jobs.start({ kind: 'dataset.import', title: `Import ${name}` }, async (context) => {
        context.progress({ message: 'Looking for files' });
        const files = input.files ?? (await collectFiles(input.paths, core.folders.root, context.signal));
        const request = { projectId, name, files, source: input.source, message };
        const result = await importDataset({ core, objects, tables, cache, repository }, request, context);
        if (source.kind === 'uploads') for (const id of source.uploads) await uploads.discard(id);
        return result;
      });
    },
    async preview(version, offset, limit) {
      const totalRows = requireTable(version);
      const rows = await tables.page(await tableOf(version), offset, limit);
      return { columns: version.columns, rows: rows.map((row) => [...row]), totalRows };
    },
    profile(version) {
      requireTable(version);
      return repository.profile(version.id) ?? [];
    },
    delete(project, nameOrId) {
      return database.transaction(() => {
        const { id, name } = find(project, nameOrId);
        const freesBytes = repository.exclusiveBytes(id);
        repository.setDeleted(id, clock.now());
        events.append('dataset.deleted', { kind: 'dataset', id }, { name, freesBytes });
        return { id, freesBytes };
      });
    },
    restore(id) {
      return database.transaction(() => {
        const row = repository.byId(id);
        if (!row)
          throw new AppError('NOT_FOUND', `There is no data set ${id}.`, { details: { dataset: id } });
        if (row.deletedAt === null) return repository.dataset(id);
        if (repository.byName(row.projectId, row.name)) {
          throw new AppError('ALREADY_EXISTS', `There is already a data set "${row.name}".`, {
            nextStep: `Delete the other "${row.name}" first; it can be restored later in the same way.`,
            details: { name: row.name },
          });
        }
        repository.setDeleted(id, null);
        events.append('dataset.restored', { kind: 'dataset', id }, { name: row.name });
        return repository.dataset(id);
      });
    },
    tableFile: (id) => tableOf(versionById(id)),
    async forTraining(project, nameOrId, number) {
      const version = resolve(project, nameOrId, number);
      const { id: versionId, datasetName, digest, columns } = version;
      const rows = requireTable(version);
      const tablePath = await tableOf(version);
      return { versionId, datasetName, version: version.version, digest, tablePath, columns, rows };
    },
    checkout: async (version, options) => checkouts.ensure(version.digest, await manifest(version), options),
    checkoutPath: ({ digest }) => checkouts.path(digest),
    checkouts,
  };
}

/** How many rows it has. */
function requireTable({ datasetName, version, rows }: DatasetVersion): number {
  if (rows !== null) return rows;
  throw new AppError('UNSUPPORTED', `Version ${version} of "${datasetName}" holds files, not a table.`, {
    nextStep: 'Import one CSV, TSV, JSON lines or Parquet file, or several with the same columns.',
    details: { dataset: datasetName, version },
  });
}

/** What can be said of a source before a job starts: faults of paths and uploads are the caller's at once. */
async function prepare(source: ImportSource, uploads: DatasetParts['uploads']) {
  if (source.kind === 'paths') {
    const paths = source.paths.map(absolutePath);
    for (const given of paths) await lookAt(given);
    const text = paths.length === 1 ? paths[0]! : `${paths[0]} and ${paths.length - 1} more`;
    return { paths, files: undefined, source: text };
  }
  const files = [];
  for (const id of source.uploads) {
    const uploaded = uploads.path(id);
    files.push({ path: uploaded, name: uploads.name(id), sizeBytes: (await lookAt(uploaded)).size });
  }
  const sorted = sortedByName(files);
  const text = `Uploaded: ${sorted.map(({ name }) => path.basename(name)).join(', ')}`;
  return { paths: [], files: sorted, source: text };
}
