import type { Column, ColumnProfile, ImportResult, VersionFile } from '../../contract/datasets.contract.ts';
import type { DatasetId, DatasetVersionId, Digest, ProjectId } from '../../contract/ids.ts';
import type { Core } from '../../kernel/core.ts';
import type { JobContext } from '../../kernel/job-machine.ts';
import { newId } from '../../kernel/new-id.ts';
import type { Tables } from '../../kernel/ports/tables.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import type { SourceFile } from './collect-files.ts';
import type { DatasetRepository } from './datasets.repository.ts';
import { ImportMeter } from './import-meter.ts';
import { encodeManifest } from './manifest.ts';
import { type createTableCache, isColumnsDiffer, mayBeTable } from './table-cache.ts';

/** So many files are copied at a time: each waits for the disk twice. */
const COPIES_AT_ONCE = 4;

export interface ImportParts {
  readonly core: Core;
  readonly objects: ObjectStore;
  readonly tables: Tables;
  readonly cache: ReturnType<typeof createTableCache>;
  readonly repository: DatasetRepository;
}

export interface ImportRequest {
  readonly projectId: ProjectId;
  readonly name: string;
  readonly files: readonly SourceFile[];
  readonly source: string;
  readonly message: string;
}

interface TableFacts {
  readonly rows: number | null;
  readonly columns: readonly Column[];
  readonly profile: readonly ColumnProfile[] | null;
}

/**
 * Copy files into the store and publish them as a version. Objects and the table's file are durable before the one
 * transaction that makes the version visible; until then a kill or a cancel leaves only objects that nothing names.
 */
export async function importDataset(
  parts: ImportParts,
  request: ImportRequest,
  { signal, progress }: Pick<JobContext, 'signal' | 'progress'>,
): Promise<ImportResult> {
  const { core, objects, repository } = parts;
  const totalBytes = request.files.reduce((sum, file) => sum + file.sizeBytes, 0);
  const table = mayBeTable(request.files.map((file) => file.name));
  const meter = new ImportMeter(core.clock, progress, totalBytes, table);

  const files = await copyAll(objects, request.files, signal, (bytes) => meter.copied(bytes));
  const manifest = await objects.put({ bytes: encodeManifest(files) });
  const known = reusable(repository, request, manifest.digest);
  if (known) return known;

  const facts = table ? await readTable(parts, manifest.digest, files, meter, signal) : noTable;
  signal.throwIfAborted();
  return core.database.transaction(() => {
    // Another import may have published the same content, or another version, while this one was read.
    const published = reusable(repository, request, manifest.digest);
    if (published) return published;
    const now = core.clock.now();
    const datasetId = datasetFor(parts, request, now);
    const id = newId<DatasetVersionId>();
    repository.insertVersion({
      id,
      datasetId,
      version: (repository.latest(datasetId)?.version ?? 0) + 1,
      digest: manifest.digest,
      message: request.message,
      rows: facts.rows,
      columns: [...facts.columns],
      profile: facts.profile,
      files: files.length,
      sizeBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
      source: request.source,
      createdAt: now,
      objects: [...files, manifest],
    });
    const version = repository.versionById(id)!;
    core.events.append(
      'dataset.versioned',
      { kind: 'dataset', id: datasetId },
      { name: request.name, version: version.version, digest: version.digest, rows: version.rows },
    );
    return { version, reused: false };
  });
}

const noTable: TableFacts = { rows: null, columns: [], profile: null };

function reusable(
  repository: DatasetRepository,
  { projectId, name }: ImportRequest,
  digest: Digest,
): ImportResult | undefined {
  const dataset = repository.byName(projectId, name);
  const version = dataset && repository.versionByDigest(dataset.id, digest);
  return version && { version, reused: true };
}

function datasetFor({ core, repository }: ImportParts, request: ImportRequest, now: number): DatasetId {
  const existing = repository.byName(request.projectId, request.name);
  if (existing) return existing.id;
  const id = newId<DatasetId>();
  repository.insertDataset(id, request.projectId, request.name, now);
  core.events.append('dataset.created', { kind: 'dataset', id }, { name: request.name });
  return id;
}

/** Copies in the order of the files' names; the first fault stops the others. */
async function copyAll(
  objects: ObjectStore,
  files: readonly SourceFile[],
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<VersionFile[]> {
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);
  const copied = new Array<VersionFile>(files.length);
  let next = 0;
  const copy = async () => {
    while (next < files.length) {
      const index = next++;
      const file = files[index]!;
      const { digest, sizeBytes } = await objects.put({ path: file.path }, { signal: stop, onBytes });
      copied[index] = { path: file.name, sizeBytes, digest };
    }
  };
  let fault: unknown;
  const copies = Array.from({ length: COPIES_AT_ONCE }, () =>
    copy().catch((error: unknown) => {
      fault ??= error;
      failed.abort();
    }),
  );
  await Promise.all(copies);
  signal.throwIfAborted();
  if (fault !== undefined) throw fault;
  return copied;
}

async function readTable(
  { core, cache, tables }: ImportParts,
  digest: Digest,
  files: readonly VersionFile[],
  meter: ImportMeter,
  signal: AbortSignal,
): Promise<TableFacts> {
  try {
    const { rows, columns } = await cache.make(digest, files, {
      signal,
      onProgress: ({ fraction, message }) => meter.read(fraction ?? 0, message),
    });
    meter.profiling();
    return { rows, columns, profile: await tables.profile(core.folders.table(digest), signal) };
  } catch (error) {
    if (isColumnsDiffer(error)) return noTable;
    throw error;
  }
}
