import path from 'node:path';
import { hostReached } from '../../contract/data-sources.contract.ts';
import type {
  Column,
  ColumnProfile,
  Dataset,
  DatasetVersion,
  FolderPage,
  ImportResult,
  ImportSource,
  VersionDiff,
  VersionFile,
} from '../../contract/datasets.contract.ts';
import type { DatasetId, DatasetVersionId, Digest, ProjectId } from '../../contract/ids.ts';
import type { Job } from '../../contract/jobs.contract.ts';
import type { VersionName } from '../../contract/version-name.ts';
import type { Cell } from '../../contract/wire.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Core } from '../../kernel/core.ts';
import type { JobContext } from '../../kernel/job-machine.ts';
import type { DataFormat } from '../../kernel/ports/data-format.ts';
import type { DataSource } from '../../kernel/ports/data-source.ts';
import type { DataStore, FolderRequest } from '../../kernel/ports/data-store.ts';
import type { Tables } from '../../kernel/ports/tables.ts';
import type { StoreGate } from '../../storage/store-gate.ts';
import { WorkMeter } from '../../storage/work-meter.ts';
import type { BeforePublish } from './before-publish.ts';
import { type CheckoutOptions, type Checkouts, createCheckouts } from './checkout.ts';
import { checkOutElsewhere } from './checkout-elsewhere.ts';
import { createDatasetRepository } from './datasets.repository.ts';
import { createDeletion, type Deletion } from './deletion.ts';
import { diffVersions } from './diff-versions.ts';
import { createFinder, type NamedProjects } from './find-version.ts';
import { folderPage } from './folder-page.ts';
import { importDataset } from './import-dataset.ts';
import { createSpools } from './import-spool.ts';
import { fileAt, toVersionFile } from './manifest-files.ts';
import { createTableCache } from './table-cache.ts';
import type { Uploads } from './uploads.ts';
import { verifyVersions } from './verify-versions.ts';
import { createVersionNotes, type VersionNotes } from './version-notes.ts';

export interface DatasetParts {
  readonly store: DataStore;
  readonly tables: Pick<Tables, 'page' | 'profile'>;
  readonly projects: NamedProjects;
  readonly uploads: Pick<Uploads, 'discard'>;
  /** Keeps garbage from being collected while something is stored that no version names yet. */
  readonly gate: Pick<StoreGate, 'publish'>;
  /** Where data may come from. */
  readonly sources: readonly DataSource[];
  /** How files become tables; the first that recognises them reads them. */
  readonly formats: readonly DataFormat[];
  /** A secret by the name it was saved under. */
  readonly secret: (name: string) => Promise<string>;
  /** Who makes versions where the caller does not say. */
  readonly author: () => string;
  readonly beforePublish?: BeforePublish;
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
  /** What the files themselves say is to be predicted. */
  readonly labelColumn: string | null;
  readonly rows: number;
}

export interface ImportWish {
  readonly project?: string | undefined;
  readonly name: string;
  readonly source: ImportSource;
  readonly message?: string | undefined;
  readonly author?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly include?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
  readonly rehash?: boolean | undefined;
  readonly format?: string | undefined;
}

/** A file that is read piece by piece. */
export interface OpenedFile extends VersionFile {
  /** Bytes [offset, offset + length), fewer at its end. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** Data sets of a workspace. A project, data set or version that is not there is NOT_FOUND everywhere. */
export interface Datasets extends VersionNotes, Omit<Deletion, 'freesBytes'> {
  list(project?: string): Dataset[];
  get(project: string | undefined, nameOrId: string): Dataset;
  versions(project: string | undefined, nameOrId: string): DatasetVersion[];
  /** The version of that name (number, alias, `latest`, beginning of a digest), or the latest. */
  resolve(project: string | undefined, nameOrId: string, version?: VersionName): DatasetVersion;
  /** Also of a deleted data set: runs name versions for good. */
  versionById(id: DatasetVersionId): DatasetVersion;
  /** Files [offset, offset + limit) of those whose path begins with `prefix`, by path. */
  files(
    version: DatasetVersion,
    page: { readonly prefix?: string; readonly offset: number; readonly limit: number },
  ): Promise<{ files: VersionFile[]; total: number }>;
  /** A part of what lies in a folder; its name may end with a slash, and the root is empty. @throws AppError NOT_FOUND */
  folder(version: DatasetVersion, page: FolderRequest): Promise<FolderPage>;
  /** @throws AppError NOT_FOUND */
  openFile(version: DatasetVersion, path: string): Promise<OpenedFile>;
  /**
   * Start an import as a job whose result is an `ImportResult`. What can be said of the source at once (a path that is not there,
   * for example) is refused before the job starts.
   */
  import(wish: ImportWish): Promise<Job>;
  /** Publish a Parquet file that lies in the workspace as a version, inside the caller's job. */
  importTable(
    table: {
      readonly projectId: ProjectId;
      readonly name: string;
      /** The file inside the version has its base name. */
      readonly path: string;
      readonly message: string;
      /** Words for people: what it was made from. */
      readonly source: string;
      readonly parents: readonly DatasetVersionId[];
    },
    context: Pick<JobContext, 'signal' | 'progress'>,
  ): Promise<ImportResult>;
  /** Each of the lists is cut to the page. */
  diff(
    before: DatasetVersion,
    after: DatasetVersion,
    page: { readonly offset: number; readonly limit: number },
  ): Promise<VersionDiff>;
  /** What a version is compared with by default. @throws AppError NOT_FOUND for a version without one */
  versionBefore(version: DatasetVersion): DatasetVersion;
  /** Start writing a version's files into a folder of the user's, as a job whose result is a `CheckoutResult`. */
  checkoutTo(
    version: DatasetVersion,
    options: {
      readonly folder: string;
      readonly prefix: string;
      readonly existing: 'refuse' | 'update' | 'overwrite';
    },
  ): Job;
  /** Start reading versions whole as a job whose result is a `VerifyResult`. */
  verify(versions: readonly DatasetVersion[], title: string): Job;
  /** Rows [offset, offset + limit). @throws AppError UNSUPPORTED if the version is not a table */
  preview(
    version: DatasetVersion,
    offset: number,
    limit: number,
  ): Promise<{ columns: Column[]; rows: Cell[][]; totalRows: number }>;
  /** Computed at the first look and kept. @throws AppError UNSUPPORTED if the version is not a table */
  profile(version: DatasetVersion): Promise<ColumnProfile[]>;
  /** The version's Parquet file, made again from the store if it is missing. @throws AppError UNSUPPORTED */
  tableFile(id: DatasetVersionId): Promise<string>;
  /** @throws AppError UNSUPPORTED if the version is not a table */
  forTraining(project: string | undefined, nameOrId: string, version?: VersionName): Promise<TrainingTable>;
  /** The version as a read-only folder of its files, made if it is not there yet; see `Checkouts.ensure`. */
  checkout(version: DatasetVersion, options?: CheckoutOptions): Promise<string>;
  /** Where that folder is or will be. */
  checkoutPath(version: DatasetVersion): string;
  /** The folders that are there, by the digest of their version. */
  readonly checkouts: Pick<Checkouts, 'list' | 'remove' | 'sweep'>;
  /** Bytes on the disk that only this data set or version needs. */
  freesBytes(id: DatasetId | DatasetVersionId): Promise<number>;
}

export function createDatasets(core: Core, parts: DatasetParts): Datasets {
  const { store, tables, projects, sources } = parts;
  const repository = createDatasetRepository(core.database);
  const finder = createFinder(repository, projects);
  const cache = createTableCache(core.folders, store, parts.formats);
  const checkouts = createCheckouts(core.folders, store);
  const spools = createSpools(core.folders);
  const notes = createVersionNotes(core, repository, finder);
  const deletion = createDeletion(core, { repository, finder, store });
  const importParts = { core, store, cache, repository, beforePublish: parts.beforePublish };

  function tableOf(version: DatasetVersion): Promise<string> {
    requireTable(version);
    return cache.ensure(version.digest, version.format);
  }

  function driverOf(source: ImportSource): DataSource {
    const driver = sources.find(({ kind }) => kind === source.kind);
    if (driver) return driver;
    throw new AppError('UNSUPPORTED', `Data cannot be imported from "${source.kind}" here.`, {
      details: { source: source.kind },
    });
  }

  return {
    ...notes,
    ...deletion,
    list: (project) => repository.list(projects.resolve(project).id),
    get: finder.get,
    versions: (project, nameOrId) => repository.versions(finder.dataset(project, nameOrId).id),
    resolve: finder.version,
    versionById: finder.versionById,
    async files({ digest }, { prefix = '', offset, limit }) {
      const page = await store.list(digest, { offset, limit, ...(prefix !== '' && { prefix }) });
      return { files: page.files.map(toVersionFile), total: page.total };
    },
    folder: ({ digest }, page) => folderPage(store, digest, page),
    async openFile({ digest }, filePath) {
      const file = await fileAt(store, digest, filePath);
      return {
        ...toVersionFile(file),
        read: (offset, length) => store.read(file.digest, offset, length),
      };
    },
    async import(wish) {
      const { name, source } = wish;
      const projectId = projects.resolve(wish.project).id;
      const driver = driverOf(source);
      await driver.check(source as never);
      return core.jobs.start({ kind: 'dataset.import', title: `Import ${name}` }, async (context) => {
        const { signal } = context;
        const meter = new WorkMeter(core.clock, context.progress);
        // What lies on this machine is only named, which takes no time.
        meter.stage(0, 0.4);
        const host = hostReached(source);
        const fetching = host === null ? 'Fetching' : `Fetching from ${host}`;
        // Before anything is awaited: whoever watches the job hears it first, and before that host is reached.
        if (host !== null) meter.tell(0, fetching);
        const spool = await spools.take(source);
        let isFinished = false;
        try {
          const fetched = await driver.fetch(source as never, {
            signal,
            spoolFolder: spool.folder,
            onProgress: (bytes, total) => meter.bytes(bytes, total, fetching),
            secret: parts.secret,
          });
          signal.throwIfAborted();
          const request = {
            projectId,
            name,
            message: wish.message ?? '',
            author: wish.author ?? parts.author(),
            tags: wish.tags ?? {},
            parents: [],
            include: wish.include ?? [],
            exclude: wish.exclude ?? [],
            rehash: wish.rehash ?? false,
            format: wish.format ?? null,
          };
          const result = await parts.gate.publish(() =>
            importDataset(importParts, request, fetched, meter, context),
          );
          isFinished = true;
          if (source.kind === 'uploads') for (const id of source.uploads) await parts.uploads.discard(id);
          return result;
        } finally {
          await spool.release(isFinished);
        }
      });
    },
    importTable({ projectId, name, path: file, message, source, parents }, context) {
      const request = {
        projectId,
        name,
        message,
        author: parts.author(),
        tags: {},
        parents,
        include: [],
        exclude: [],
        rehash: false,
        format: null,
      };
      const fetched = {
        trees: [{ path: file, name: path.basename(file) }],
        description: source,
        memory: null,
      };
      const meter = new WorkMeter(core.clock, context.progress);
      return parts.gate.publish(() => importDataset(importParts, request, fetched, meter, context));
    },
    diff: (before, after, page) => diffVersions(store, before, after, page),
    versionBefore({ parents, datasetName, version }) {
      const [parent] = parents;
      if (parent) return finder.versionById(parent.id);
      throw new AppError(
        'NOT_FOUND',
        `${datasetName}@${version} is the first version; nothing is before it.`,
        {
          nextStep: 'Name two versions to compare.',
          details: { dataset: datasetName, version },
        },
      );
    },
    checkoutTo: (version, options) => checkOutElsewhere({ core, store, checkouts }, version, options),
    verify: (versions, title) =>
      core.jobs.start({ kind: 'dataset.verify', title }, (context) =>
        verifyVersions(store, versions, new WorkMeter(core.clock, context.progress), context),
      ),
    async preview(version, offset, limit) {
      const totalRows = requireTable(version);
      const rows = await tables.page(await tableOf(version), offset, limit);
      return { columns: version.columns, rows: rows.map((row) => [...row]), totalRows };
    },
    async profile(version) {
      requireTable(version);
      const known = repository.profile(version.id);
      if (known) return known;
      const profile = await tables.profile(await tableOf(version));
      repository.setProfile(version.id, profile);
      return [...profile];
    },
    tableFile: (id) => tableOf(finder.versionById(id)),
    async forTraining(project, nameOrId, name) {
      const version = finder.version(project, nameOrId, name);
      const { id: versionId, datasetName, digest, columns, labelColumn } = version;
      const rows = requireTable(version);
      const tablePath = await tableOf(version);
      return {
        versionId,
        datasetName,
        version: version.version,
        digest,
        tablePath,
        columns,
        labelColumn,
        rows,
      };
    },
    checkout: (version, options) => checkouts.ensure(version.digest, options),
    checkoutPath: ({ digest }) => checkouts.path(digest),
    checkouts: {
      list: checkouts.list,
      remove: checkouts.remove,
      async sweep() {
        await spools.sweep();
        return checkouts.sweep();
      },
    },
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
