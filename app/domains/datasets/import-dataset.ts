import { createHash } from 'node:crypto';
import type { ImportResult } from '../../contract/datasets.contract.ts';
import type { DatasetId, DatasetVersionId, Digest, ProjectId } from '../../contract/ids.ts';
import type { Core } from '../../kernel/core.ts';
import type { JobContext } from '../../kernel/job-machine.ts';
import { newId } from '../../kernel/new-id.ts';
import type { Fetched } from '../../kernel/ports/data-source.ts';
import type { DataStore, StoredTree } from '../../kernel/ports/data-store.ts';
import type { WorkMeter } from '../../storage/work-meter.ts';
import type { BeforePublish } from './before-publish.ts';
import type { DatasetRepository } from './datasets.repository.ts';
import { live } from './find-version.ts';
import { JUST_FILES, type TableCache, type TableFacts } from './table-cache.ts';

export interface ImportParts {
  readonly core: Core;
  readonly store: DataStore;
  readonly cache: TableCache;
  readonly repository: DatasetRepository;
  readonly beforePublish?: BeforePublish | undefined;
}

export interface ImportRequest {
  readonly projectId: ProjectId;
  readonly name: string;
  readonly message: string;
  readonly author: string;
  readonly tags: Readonly<Record<string, string>>;
  /** What the version was made from; without any it follows the latest version of the data set. */
  readonly parents: readonly DatasetVersionId[];
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly rehash: boolean;
  readonly format: string | null;
}

/** Storing is about this part of an import whose files become a table. */
const STORING_PART = 0.7;

/**
 * Take files into the store and publish them as a version. Contents, manifest and the table's file are durable before the one transaction
 * that makes the version visible; until then a kill or a cancel leaves only contents that nothing names, and that the next import finds.
 *
 * @throws AppError DATA_MALFORMED, CHECK_FAILED, and what the store throws
 */
export async function importDataset(
  parts: ImportParts,
  request: ImportRequest,
  fetched: Fetched,
  meter: WorkMeter,
  context: Pick<JobContext, 'signal' | 'progress'>,
): Promise<ImportResult> {
  const { store, cache } = parts;
  const { signal } = context;
  const include = request.include.length > 0 ? request.include : (fetched.include ?? []);
  const beganAtMs = Date.now();
  meter.stage(
    meter.done,
    request.format === JUST_FILES ? 0.98 : meter.done + (1 - meter.done) * STORING_PART,
  );
  const stored = await store.storeTree(
    {
      sources: fetched.trees,
      include,
      exclude: request.exclude,
      memory: fetched.memory === null ? null : memoryKey(fetched.memory, include, request.exclude),
      rehash: request.rehash,
      previous: before(parts, request),
    },
    { signal, onProgress: meter.store },
  );
  const known = reuse(parts, request, stored);
  if (known) return known;

  meter.stage(meter.done, 1);
  try {
    const facts = await cache.make({
      manifest: stored.manifest,
      format: request.format,
      origin: { trees: fetched.trees, beganAtMs },
      signal,
      onProgress: ({ fraction, message, rate }) => meter.tell((fraction ?? 0) * 0.95, message, rate),
    });
    await check(parts, request, stored, facts, context);
    signal.throwIfAborted();
    return publish(parts, request, fetched.description, stored, facts);
  } catch (error) {
    // Nobody will ask for the table of a content that is no version.
    if (!parts.repository.isVersion(stored.manifest)) await cache.discard(stored.manifest);
    throw error;
  }
}

/** The version that the new one probably resembles, wherever its files come from this time. */
function before({ repository }: ImportParts, { projectId, name }: ImportRequest): Digest | null {
  const dataset = repository.byName(projectId, name);
  return (dataset && repository.latest(dataset.id)?.digest) ?? null;
}

async function check(
  { repository, core, beforePublish }: ImportParts,
  { projectId, name }: ImportRequest,
  { manifest }: StoredTree,
  facts: TableFacts | null,
  context: Pick<JobContext, 'signal' | 'progress'>,
): Promise<void> {
  await beforePublish?.(
    {
      projectId,
      name,
      datasetId: repository.byName(projectId, name)?.id ?? null,
      digest: manifest,
      rows: facts?.rows ?? null,
      columns: facts?.columns ?? [],
    },
    facts && core.folders.table(manifest),
    context,
  );
}

/** The one transaction of an import. */
function publish(
  parts: ImportParts,
  request: ImportRequest,
  source: string,
  stored: StoredTree,
  facts: TableFacts | null,
): ImportResult {
  const { core, repository } = parts;
  return core.database.transaction(() => {
    // Another import may have published the same content, or another version, while this one was read.
    const published = reuse(parts, request, stored);
    if (published) return published;
    const now = core.clock.now();
    const datasetId = datasetFor(parts, request, now);
    const id = newId<DatasetVersionId>();
    const latest = repository.latest(datasetId);
    repository.insertVersion({
      id,
      datasetId,
      version: repository.nextNumber(datasetId),
      digest: stored.manifest,
      message: request.message,
      author: request.author,
      parents: request.parents.length > 0 ? request.parents : latest ? [latest.id] : [],
      tags: { ...request.tags },
      rows: facts?.rows ?? null,
      columns: [...(facts?.columns ?? [])],
      format: facts?.format ?? null,
      fileColumn: facts?.fileColumn ?? null,
      labelColumn: facts?.labelColumn ?? null,
      files: stored.files,
      sizeBytes: stored.sizeBytes,
      source,
      createdAt: now,
    });
    const version = live(repository.versionById(id)!);
    core.events.append(
      'dataset.versioned',
      { kind: 'dataset', id: datasetId },
      {
        name: request.name,
        version: version.version,
        digest: version.digest,
        rows: version.rows,
        author: version.author,
      },
    );
    return { version, reused: false, readBytes: stored.readBytes, addedBytes: stored.addedBytes };
  });
}

/** The version that has this content already, brought back if it was deleted, with the tags that were asked for. */
function reuse(
  { core, repository }: ImportParts,
  { projectId, name, tags }: ImportRequest,
  { manifest, readBytes, addedBytes }: StoredTree,
): ImportResult | undefined {
  return core.database.transaction(() => {
    const dataset = repository.byName(projectId, name);
    const found = dataset && repository.versionByDigest(dataset.id, manifest);
    if (!found) return undefined;
    const subject = { kind: 'dataset', id: found.datasetId } as const;
    if (found.deletedAt !== null) {
      repository.setVersionDeleted(found.id, null);
      core.events.append('dataset.version-restored', subject, { name, version: found.version });
    }
    if (Object.keys(tags).length > 0) {
      repository.setTags(found.id, tags);
      core.events.append('dataset.tagged', subject, {
        name,
        version: found.version,
        tags: Object.keys(tags),
      });
    }
    return { version: live(repository.versionById(found.id)!), reused: true, readBytes, addedBytes };
  });
}

function datasetFor({ core, repository }: ImportParts, request: ImportRequest, now: number): DatasetId {
  const existing = repository.byName(request.projectId, request.name);
  if (existing) return existing.id;
  const id = newId<DatasetId>();
  repository.insertDataset(id, request.projectId, request.name, now);
  core.events.append('dataset.created', { kind: 'dataset', id }, { name: request.name });
  return id;
}

/** Of hex digits: the same source with other patterns is remembered by itself. */
function memoryKey(memory: string, include: readonly string[], exclude: readonly string[]): string {
  return createHash('sha256')
    .update(JSON.stringify([memory, include, exclude]))
    .digest('hex');
}
