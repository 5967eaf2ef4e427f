import type { Database, SqlRow } from '../../kernel/ports/database.ts';
import { DamagedBytes } from './checked-bytes.ts';
import { decodeChunk, encodeChunk, packChunk } from './chunk-codec.ts';
import { type MetricColumns, sliceColumns, sortedByStep } from './metric-columns.ts';
import type { MetricKey } from './metric-key.ts';
import { BLOCK_POINTS, CHUNK_POINTS } from './metric-layout.ts';
import { decodeSegments, encodeSegments, joinSegments, type Segment, segmentOf } from './segment.ts';

/** Points as they are stored, or what is known of those whose bytes are damaged. */
export interface StoredPoints {
  /** How many points of the metric were recorded before. */
  readonly firstSeq: number;
  readonly points: number;
  /** All lost points lie between these steps. */
  readonly fromStep: number;
  readonly toStep: number;
  /** In the order of recording; null where they are damaged. */
  readonly columns: MetricColumns | null;
  readonly bytes: Uint8Array;
  /** What a plot needs of them; null for those of the tail. */
  readonly blocks: Uint8Array | null;
}

/** Write a chunk at its place, instead of what stood there. @returns its blocks, by step */
export function writeChunk(
  database: Database,
  metric: MetricKey,
  at: { readonly position: number; readonly firstSeq: number },
  columns: MetricColumns,
): Segment[] {
  const blocks = blocksOf(columns);
  const [fromStep, toStep] = [blocks[0]!.fromStep, blocks.at(-1)!.toStep];
  const chunk = { points: columns.steps.length, fromStep, toStep };
  const data = chunk.points === CHUNK_POINTS ? packChunk(columns) : encodeChunk(columns);
  insertChunk(database, metric, at, chunk, encodeSegments(blocks), data);
  return blocks;
}

/** Keep bytes that cannot be read as a chunk of their own: what follows them is stored behind. */
export function keepDamaged(
  database: Database,
  metric: MetricKey,
  at: { readonly position: number; readonly firstSeq: number },
  stored: StoredPoints,
): Segment {
  const known = stored.blocks && readable(() => decodeSegments(stored.blocks!));
  const blocks = known ?? [unknownSegment(stored, metric)];
  insertChunk(database, metric, at, stored, encodeSegments(blocks), stored.bytes);
  return joinSegments(blocks);
}

/** A gap in a plot, where nothing else is known of points. */
export function unknownSegment(
  stored: Pick<StoredPoints, 'points' | 'fromStep' | 'toStep'>,
  { statistics: { firstTimeMs, latestTimeMs } }: MetricKey,
): Segment {
  const { points, fromStep, toStep } = stored;
  const [mean, min, max] = [Number.NaN, Number.NaN, Number.NaN];
  const times = { fromTimeMs: firstTimeMs, toTimeMs: latestTimeMs, lastTimeMs: latestTimeMs };
  return { points, finite: 0, fromStep, toStep, ...times, mean, min, max };
}

export function blocksOf(columns: MetricColumns): Segment[] {
  const sorted = sortedByStep(columns);
  const blocks: Segment[] = [];
  for (let from = 0; from < sorted.steps.length; from += BLOCK_POINTS)
    blocks.push(segmentOf(sliceColumns(sorted, from, from + BLOCK_POINTS)));
  return blocks;
}

function insertChunk(
  database: Database,
  metric: MetricKey,
  at: { readonly position: number; readonly firstSeq: number },
  chunk: { readonly points: number; readonly fromStep: number; readonly toStep: number },
  blocks: Uint8Array,
  data: Uint8Array,
): void {
  database
    .prepare(
      `INSERT OR REPLACE INTO metric_chunks (metric_id, position, first_seq, points, from_step, to_step, blocks, data)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(metric.id, at.position, at.firstSeq, chunk.points, chunk.fromStep, chunk.toStep, blocks, data);
}

/** The chunk at a position. */
export function readChunk(database: Database, metric: MetricKey, position: number): StoredPoints {
  const row = database
    .prepare('SELECT * FROM metric_chunks WHERE metric_id = ? AND position = ?')
    .get(metric.id, position);
  return row ? toStored(row, metric) : missing(metric, position);
}

/** Chunks in the order of recording, from the one with point `seq` or, where that is gone, from the one before it. */
export function chunksFrom(
  database: Database,
  metric: MetricKey,
  seq: number,
  limit: number,
): StoredPoints[] {
  return database
    .prepare(
      `SELECT * FROM metric_chunks WHERE metric_id = ? AND first_seq >= COALESCE(
         (SELECT first_seq FROM metric_chunks WHERE metric_id = ? AND first_seq <= ? ORDER BY first_seq DESC LIMIT 1), 0)
       ORDER BY first_seq LIMIT ?`,
    )
    .all(metric.id, metric.id, seq, limit)
    .map((row) => toStored(row, metric));
}

/** Batches that are in no chunk yet, in the order of recording. */
export function readTail(database: Database, metric: MetricKey): StoredPoints[] {
  return database
    .prepare('SELECT * FROM metric_tail WHERE metric_id = ? ORDER BY first_seq')
    .all(metric.id)
    .map((row) => toStored(row, metric));
}

export function appendTail(
  database: Database,
  metric: MetricKey,
  firstSeq: number,
  columns: MetricColumns,
): void {
  database
    .prepare('INSERT INTO metric_tail (metric_id, first_seq, points, data) VALUES (?, ?, ?, ?)')
    .run(metric.id, firstSeq, columns.steps.length, encodeChunk(columns));
}

/** A batch of the tail does not say its steps: of a damaged one they lie anywhere in the metric. */
function toStored(row: SqlRow, { statistics: { firstStep, lastStep } }: MetricKey): StoredPoints {
  const points = Number(row.points);
  const bytes = row.data as Uint8Array;
  const about = {
    firstSeq: Number(row.first_seq),
    points,
    fromStep: Number(row.from_step ?? firstStep),
    toStep: Number(row.to_step ?? lastStep),
    bytes,
    blocks: (row.blocks as Uint8Array | undefined) ?? null,
  };
  return { ...about, columns: readable(() => decodeChunk(bytes, points)) };
}

/** What `read` gives, or null where the bytes are damaged. */
export function readable<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof DamagedBytes || error instanceof RangeError) return null;
    throw error;
  }
}

/** A chunk whose row is gone: nearly all are full. */
function missing(metric: MetricKey, position: number): StoredPoints {
  const { firstStep, lastStep } = metric.statistics;
  return {
    firstSeq: position * CHUNK_POINTS,
    points: position === metric.closedChunks ? metric.openPoints : CHUNK_POINTS,
    fromStep: firstStep,
    toStep: lastStep,
    columns: null,
    bytes: new Uint8Array(),
    blocks: null,
  };
}
