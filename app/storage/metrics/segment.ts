import { ByteReader, ByteWriter } from './byte-stream.ts';
import { checkedBytes, openChecked } from './checked-bytes.ts';
import type { MetricColumns } from './metric-columns.ts';
import { decodeInto, encodeRegular, encodeValues } from './number-codec.ts';

/** What is kept of a stretch of points, so that a plot need not read them. */
export interface Segment {
  readonly points: number;
  /** Of these, how many have a finite value. */
  readonly finite: number;
  readonly fromStep: number;
  readonly toStep: number;
  readonly fromTimeMs: number;
  readonly toTimeMs: number;
  /** Of the point with the greatest step. */
  readonly lastTimeMs: number;
  /** Over the finite values; without any all three are the last value. */
  readonly mean: number;
  readonly min: number;
  readonly max: number;
}

/** @param columns sorted by step, not empty */
export function segmentOf({ steps, timesMs, values }: MetricColumns): Segment {
  const last = steps.length - 1;
  let sum = 0;
  let finite = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let fromTimeMs = timesMs[0]!;
  let toTimeMs = fromTimeMs;
  for (let index = 0; index <= last; index++) {
    const timeMs = timesMs[index]!;
    if (timeMs < fromTimeMs) fromTimeMs = timeMs;
    if (timeMs > toTimeMs) toTimeMs = timeMs;
    const value = values[index]!;
    if (!Number.isFinite(value)) continue;
    sum += value;
    finite += 1;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const other = values[last]!;
  return {
    points: steps.length,
    finite,
    fromStep: steps[0]!,
    toStep: steps[last]!,
    fromTimeMs,
    toTimeMs,
    lastTimeMs: timesMs[last]!,
    ...(finite > 0
      ? { mean: meanOf(values, sum, finite), min, max }
      : { mean: other, min: other, max: other }),
  };
}

/** The sum of finite values may be beyond all doubles; their mean never is. */
function meanOf(values: Float64Array, sum: number, finite: number): number {
  if (Number.isFinite(sum)) return sum / finite;
  return values.reduce((mean, value) => (Number.isFinite(value) ? mean + value / finite : mean), 0);
}

/** @param parts by step, not empty */
export function joinSegments(parts: readonly Segment[]): Segment {
  const first = parts[0]!;
  let last = first;
  let { fromStep, fromTimeMs, toTimeMs, min, max } = first;
  let points = 0;
  let finite = 0;
  for (const part of parts) {
    points += part.points;
    if (part.fromStep < fromStep) fromStep = part.fromStep;
    if (part.fromTimeMs < fromTimeMs) fromTimeMs = part.fromTimeMs;
    if (part.toTimeMs > toTimeMs) toTimeMs = part.toTimeMs;
    if (part.toStep >= last.toStep) last = part;
    if (part.finite === 0) continue;
    // The first with finite values replaces what stands for others.
    if (finite === 0 || part.min < min) min = part.min;
    if (finite === 0 || part.max > max) max = part.max;
    finite += part.finite;
  }
  const { toStep, lastTimeMs } = last;
  const at = { points, finite, fromStep, toStep, fromTimeMs, toTimeMs, lastTimeMs };
  if (finite === 0) return { ...at, mean: last.mean, min: last.min, max: last.max };
  let mean = 0;
  for (const part of parts) if (part.finite > 0) mean += part.mean * (part.finite / finite);
  return { ...at, mean, min, max };
}

const regular = ['points', 'finite', 'fromStep', 'toStep', 'fromTimeMs', 'toTimeMs', 'lastTimeMs'] as const;
const values = ['mean', 'min', 'max'] as const;

/** Not compressed: a plot opens hundreds of them, and they are a small part of what is stored. */
export function encodeSegments(segments: readonly Segment[]): Uint8Array {
  const writer = new ByteWriter(64 + segments.length * 48);
  const column = (name: keyof Segment) => Float64Array.from(segments, (segment) => segment[name]);
  writer.varint(segments.length);
  for (const name of regular) writer.sized(encodeRegular(column(name)));
  for (const name of values) writer.sized(encodeValues(column(name)));
  return checkedBytes(writer.bytes(), false);
}

/** Where the columns of one node stand while its segments are made: a plot decodes hundreds of nodes. */
const COLUMNS = regular.length + values.length;
let columns = new Float64Array(COLUMNS * 16);

/** @throws DamagedBytes */
export function decodeSegments(bytes: Uint8Array): Segment[] {
  const reader = new ByteReader(openChecked(bytes));
  const count = reader.varint();
  if (columns.length < COLUMNS * count) columns = new Float64Array(COLUMNS * count);
  for (let column = 0; column < COLUMNS; column++) decodeInto(columns, column * count, reader.sized(), count);
  const segments: Segment[] = [];
  for (let index = 0; index < count; index++) {
    const of = (column: number) => columns[column * count + index]!;
    segments.push({
      points: of(0),
      finite: of(1),
      fromStep: of(2),
      toStep: of(3),
      fromTimeMs: of(4),
      toTimeMs: of(5),
      lastTimeMs: of(6),
      mean: of(7),
      min: of(8),
      max: of(9),
    });
  }
  return segments;
}
