import fs from 'node:fs';
import path from 'node:path';
import type { ErrorCode } from '../../contract/errors.ts';
import type { ArtifactId, RunId } from '../../contract/ids.ts';
import type { Artifact } from '../../contract/runs.contract.ts';
import { fromWireNumber, type Progress } from '../../contract/wire.ts';
import { AppError, fromSystemError } from '../../kernel/app-error.ts';
import type { Core } from '../../kernel/core.ts';
import { newId } from '../../kernel/new-id.ts';
import type { JournalRecord } from '../../kernel/ports/run-journal.ts';
import { inside } from '../../kernel/workspace-folders.ts';
import type { MetricStore, RecordedPoint } from '../../storage/metric-store.ts';
import { notRegular } from '../../storage/object-source.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { journalWriters, readJournal } from './journal-tail.ts';
import type { RunRepository } from './runs.repository.ts';

export interface Ingested {
  readonly points: readonly RecordedPoint[];
  readonly progress: Progress | null;
}

/**
 * Take what a run's journals say into the database. What was read and how far it was read are one transaction, so
 * every complete line counts exactly once, whenever the core is killed.
 */
export async function ingestJournals(
  core: Core,
  parts: { readonly repository: RunRepository; readonly metrics: MetricStore; readonly objects: ObjectStore },
  run: RunId,
  onBatch: (batch: Ingested) => void,
): Promise<void> {
  const folder = core.folders.run(run);
  for (const writer of await journalWriters(folder)) {
    for (let more = true; more; ) {
      const offset = parts.repository.journalOffset(run, writer);
      const slice = await readJournal(folder, writer, offset);
      more = slice.more;
      if (slice.nextOffset === offset) break;
      if (slice.rejected.length > 0)
        core.log.warn('journal lines were not understood', { run, writer, first: slice.rejected[0] });
      const artifacts = await storeArtifacts(core, parts.objects, folder, slice.records);
      const points = slice.records.flatMap(toPoints);
      core.database.transaction(() => {
        parts.metrics.append(run, points);
        for (const record of slice.records) {
          if (record.type === 'param') parts.repository.setParam(run, record.key, record.value);
          if (record.type === 'tag') parts.repository.setTag(run, record.key, record.value);
          if (record.type === 'checkpoint') parts.repository.change(run, { checkpointStep: record.step });
        }
        mergeFacts(parts.repository, run, slice.records);
        for (const artifact of artifacts) parts.repository.putArtifact(run, artifact);
        parts.repository.setJournalOffset(run, writer, slice.nextOffset);
      });
      onBatch({ points, progress: lastProgress(slice.records) });
    }
  }
}

/** The last value of a key counts, for the summary and for facts of the environment alike. */
function mergeFacts(repository: RunRepository, run: RunId, records: readonly JournalRecord[]): void {
  const summary = records.filter((record) => record.type === 'summary');
  const facts = records.filter((record) => record.type === 'environment');
  if (summary.length === 0 && facts.length === 0) return;
  const known = repository.byIds([run])[0]!;
  repository.change(run, {
    ...(summary.length > 0 && {
      summary: { ...known.summary, ...Object.fromEntries(summary.map(({ key, value }) => [key, value])) },
    }),
    ...(facts.length > 0 && {
      environment: Object.assign({}, known.environment, ...facts.map(({ values }) => values)),
    }),
  });
}

async function storeArtifacts(
  core: Core,
  objects: ObjectStore,
  folder: string,
  records: readonly JournalRecord[],
): Promise<Artifact[]> {
  const stored: Artifact[] = [];
  for (const record of records) {
    if (record.type !== 'artifact') continue;
    try {
      const { digest, sizeBytes } = await storeArtifact(objects, path.join(folder, 'outputs'), record.path);
      stored.push({
        id: newId<ArtifactId>(core.clock.now()),
        path: record.path,
        sizeBytes,
        digest,
        kind: record.kind ?? kindOf(record.path),
        key: record.key ?? null,
        step: record.step ?? null,
        createdAt: core.clock.now(),
      });
    } catch (error) {
      // What can never be taken must not hold up the rest of the journal, and with it the run's end, for ever.
      if (!(error instanceof AppError) || !hopeless.has(error.code)) throw error;
      core.log.warn('an artifact was not taken', { path: record.path, reason: error.message });
    }
  }
  return stored;
}

/** What a program that did not say most likely means. */
function kindOf(name: string): Artifact['kind'] {
  if (/\.(png|jpe?g|gif|webp|svg)$/i.test(name)) return 'image';
  if (/\.(csv|tsv|parquet|jsonl)$/i.test(name)) return 'table';
  return /\.onnx$/i.test(name) ? 'model' : 'file';
}

/** Codes of faults that trying again does not mend. */
const hopeless: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'PATH_NOT_FOUND',
  'PATH_UNREADABLE',
  'INVALID_INPUT',
]);

/** Take a file below `root` by its relative path; nothing that a link brings in from elsewhere. */
async function storeArtifact(objects: ObjectStore, root: string, name: string) {
  const real = (filePath: string) =>
    fs.promises.realpath(filePath).catch((error: unknown) => {
      throw fromSystemError(error, filePath);
    });
  const source = inside(await real(root), name);
  // A link inside it must not bring in a file from elsewhere.
  if ((await real(source)) !== source) throw notRegular(source, 'a symbolic link');
  return objects.put({ path: source });
}

function toPoints(record: JournalRecord): RecordedPoint[] {
  if (record.type !== 'metrics') return [];
  return Object.entries(record.values).map(([key, value]) => ({
    key,
    step: record.step,
    timeMs: record.at,
    value: fromWireNumber(value),
  }));
}

function lastProgress(records: readonly JournalRecord[]): Progress | null {
  const record = records.findLast((each) => each.type === 'progress');
  if (!record) return null;
  const { type: _type, ...progress } = record;
  return progress;
}
