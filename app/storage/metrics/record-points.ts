import type { Database } from '../../kernel/ports/database.ts';
import {
  appendTail,
  keepDamaged,
  readChunk,
  readTail,
  type StoredPoints,
  writeChunk,
} from './chunk-table.ts';
import { joinColumns, type MetricColumns, sliceColumns } from './metric-columns.ts';
import { hasTail, type MetricKey, saveMetricKey } from './metric-key.ts';
import { CHUNK_POINTS, LEAST_CHUNK_POINTS, tailLimit } from './metric-layout.ts';
import { addToStatistics } from './metric-statistics.ts';
import { addToPyramid } from './pyramid.ts';
import { joinSegments } from './segment.ts';

/** Record points of a metric; in a transaction. Few of them go to the tail, more into chunks with all before them. */
export function recordPoints(database: Database, metric: MetricKey, added: MetricColumns): void {
  const before = metric.statistics.points;
  if (!addToStatistics(metric.statistics, added)) metric.ordered = false;
  const waiting = metric.statistics.points - metric.sealedPoints;
  if (waiting < tailLimit(metric.openPoints) && metric.openPoints + waiting < CHUNK_POINTS)
    appendTail(database, metric, before, added);
  else seal(database, metric, added, LEAST_CHUNK_POINTS);
  saveMetricKey(database, metric);
}

/** Put all points of the tail into chunks, however few they are; in a transaction. */
export function settleMetric(database: Database, metric: MetricKey): void {
  if (!hasTail(metric)) return;
  seal(database, metric, null, 1);
  saveMetricKey(database, metric);
}

/** @param leastPoints fewer than these are left in the tail */
function seal(database: Database, metric: MetricKey, added: MetricColumns | null, leastPoints: number): void {
  const open = metric.openPoints > 0 ? [readChunk(database, metric, metric.closedChunks)] : [];
  const tail = readTail(database, metric);
  if (tail.length > 0) database.prepare('DELETE FROM metric_tail WHERE metric_id = ?').run(metric.id);
  metric.sealedPoints -= metric.openPoints;
  metric.openPoints = 0;
  const pending: MetricColumns[] = [];
  const pieces = [...open, ...tail];
  for (const [index, stored] of pieces.entries()) {
    if (stored.columns) {
      pending.push(stored.columns);
      continue;
    }
    const next = pieces.slice(index + 1).find(({ columns }) => columns)?.columns ?? added;
    setAside(database, metric, pending.splice(0), stored, next?.steps[0]);
  }
  if (added) pending.push(added);
  if (pending.length === 0) return;
  const rest = closeFull(database, metric, joinColumns(pending));
  const points = rest.steps.length;
  if (points === 0) return;
  if (points < leastPoints) {
    appendTail(database, metric, metric.sealedPoints, rest);
    return;
  }
  writeChunk(database, metric, { position: metric.closedChunks, firstSeq: metric.sealedPoints }, rest);
  metric.sealedPoints += points;
  metric.openPoints = points;
}

/** Damaged points keep their place: what was recorded before them is closed, however short. */
function setAside(
  database: Database,
  metric: MetricKey,
  before: readonly MetricColumns[],
  stored: StoredPoints,
  stepAfter: number | undefined,
): void {
  if (before.length > 0) {
    const rest = closeFull(database, metric, joinColumns(before));
    if (rest.steps.length > 0) closeChunk(database, metric, rest);
  }
  const at = { position: metric.closedChunks, firstSeq: metric.sealedPoints };
  addToPyramid(
    database,
    metric,
    keepDamaged(database, metric, at, between(database, metric, stored, stepAfter)),
  );
  metric.closedChunks += 1;
  metric.sealedPoints += stored.points;
}

/** Damaged points of the tail do not say their steps; in a metric that is in order their neighbours do. */
function between(
  database: Database,
  metric: MetricKey,
  stored: StoredPoints,
  stepAfter: number | undefined,
): StoredPoints {
  if (!metric.ordered || stored.blocks) return stored;
  const before = metric.closedChunks > 0 ? readChunk(database, metric, metric.closedChunks - 1) : null;
  return { ...stored, fromStep: before?.toStep ?? stored.fromStep, toStep: stepAfter ?? stored.toStep };
}

/** Close as many full chunks as there are. @returns the points that are left */
function closeFull(database: Database, metric: MetricKey, columns: MetricColumns): MetricColumns {
  let from = 0;
  for (; from + CHUNK_POINTS <= columns.steps.length; from += CHUNK_POINTS)
    closeChunk(database, metric, sliceColumns(columns, from, from + CHUNK_POINTS));
  return sliceColumns(columns, from, columns.steps.length);
}

function closeChunk(database: Database, metric: MetricKey, columns: MetricColumns): void {
  const at = { position: metric.closedChunks, firstSeq: metric.sealedPoints };
  addToPyramid(database, metric, joinSegments(writeChunk(database, metric, at, columns)));
  metric.closedChunks += 1;
  metric.sealedPoints += columns.steps.length;
}
