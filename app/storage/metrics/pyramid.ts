import type { Database } from '../../kernel/ports/database.ts';
import { blocksOf, readable, readChunk, unknownSegment } from './chunk-table.ts';
import type { MetricKey } from './metric-key.ts';
import { FAN_OUT } from './metric-layout.ts';
import { decodeSegments, encodeSegments, joinSegments, type Segment } from './segment.ts';

/*
 * Segments of level 1 stand for closed chunks, those of each further level for FAN_OUT of the level below. They are
 * stored in nodes of up to FAN_OUT, so that node n of a level holds what segment n of the next level stands for. The
 * blocks of a chunk are the node of level 0 with the number of its position.
 */

/** How many segments each level has, from level 1 up. */
export function segmentsOfLevels(closedChunks: number): number[] {
  const counts: number[] = [];
  for (let count = closedChunks; count > 0; count = Math.floor(count / FAN_OUT)) counts.push(count);
  return counts;
}

/** Add a chunk that was closed, the one after the `metric.closedChunks` before it. */
export function addToPyramid(database: Database, metric: MetricKey, chunk: Segment): void {
  let segment = chunk;
  let index = metric.closedChunks;
  for (let level = 1; ; level++) {
    const node = Math.floor(index / FAN_OUT);
    const segments = index % FAN_OUT === 0 ? [] : readNode(database, metric, level, node);
    segments.push(segment);
    writeNode(database, metric, level, node, segments);
    if (segments.length < FAN_OUT) return;
    segment = joinSegments(segments);
    index = node;
  }
}

/** The segments of a node. A damaged one is made anew from what it stands for, without being written. */
export function readNode(database: Database, metric: MetricKey, level: number, node: number): Segment[] {
  return storedNode(database, metric, level, node) ?? derivedNode(database, metric, level, node);
}

/** As it is stored; null where it is damaged or missing. */
export function storedNode(
  database: Database,
  metric: MetricKey,
  level: number,
  node: number,
): Segment[] | null {
  const row =
    level === 0
      ? database
          .prepare('SELECT blocks AS data FROM metric_chunks WHERE metric_id = ? AND position = ?')
          .get(metric.id, node)
      : database
          .prepare('SELECT data FROM metric_nodes WHERE metric_id = ? AND level = ? AND node = ?')
          .get(metric.id, level, node);
  return row ? readable(() => decodeSegments(row.data as Uint8Array)) : null;
}

/** From the level below, or from the points. */
export function derivedNode(database: Database, metric: MetricKey, level: number, node: number): Segment[] {
  if (level === 0) {
    const chunk = readChunk(database, metric, node);
    return chunk.columns ? blocksOf(chunk.columns) : [unknownSegment(chunk, metric)];
  }
  const below = segmentsOfLevels(metric.closedChunks)[level - 1] ?? 0;
  const first = node * FAN_OUT;
  const segments: Segment[] = [];
  for (let index = first; index < Math.min(below, first + FAN_OUT); index++)
    segments.push(joinSegments(readNode(database, metric, level - 1, index)));
  return segments;
}

function writeNode(
  database: Database,
  metric: MetricKey,
  level: number,
  node: number,
  segments: readonly Segment[],
): void {
  database
    .prepare('INSERT OR REPLACE INTO metric_nodes (metric_id, level, node, data) VALUES (?, ?, ?, ?)')
    .run(metric.id, level, node, encodeSegments(segments));
}
