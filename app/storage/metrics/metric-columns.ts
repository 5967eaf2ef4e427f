export interface RecordedPoint {
  readonly key: string;
  /** A whole number that JavaScript holds exactly; it may be negative. */
  readonly step: number;
  readonly timeMs: number;
  /** Any double, NaN and infinities included. */
  readonly value: number;
}

/** Points of one metric, column by column; the three arrays are equally long. */
export interface MetricColumns {
  readonly steps: Float64Array;
  readonly timesMs: Float64Array;
  readonly values: Float64Array;
}

export function columnsOfLength(length: number): MetricColumns {
  return {
    steps: new Float64Array(length),
    timesMs: new Float64Array(length),
    values: new Float64Array(length),
  };
}

export function columnsOf(points: readonly RecordedPoint[]): MetricColumns {
  const columns = columnsOfLength(points.length);
  for (const [index, point] of points.entries()) {
    columns.steps[index] = point.step;
    columns.timesMs[index] = point.timeMs;
    columns.values[index] = point.value;
  }
  return columns;
}

/** Points `from` to `to` (not included), as views of the same memory. */
export function sliceColumns({ steps, timesMs, values }: MetricColumns, from: number, to: number) {
  return {
    steps: steps.subarray(from, to),
    timesMs: timesMs.subarray(from, to),
    values: values.subarray(from, to),
  };
}

export function joinColumns(parts: readonly MetricColumns[]): MetricColumns {
  if (parts.length === 1) return parts[0]!;
  const joined = columnsOfLength(parts.reduce((sum, { steps }) => sum + steps.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.steps.set(part.steps, at);
    joined.timesMs.set(part.timesMs, at);
    joined.values.set(part.values, at);
    at += part.steps.length;
  }
  return joined;
}

/** The same points by step; equal steps stay in the order of recording. */
export function sortedByStep(columns: MetricColumns): MetricColumns {
  const { steps, timesMs, values } = columns;
  if (isSorted(steps)) return columns;
  const order = new Uint32Array(steps.length).map((_, index) => index);
  order.sort((a, b) => steps[a]! - steps[b]! || a - b);
  const sorted = columnsOfLength(steps.length);
  for (const [at, from] of order.entries()) {
    sorted.steps[at] = steps[from]!;
    sorted.timesMs[at] = timesMs[from]!;
    sorted.values[at] = values[from]!;
  }
  return sorted;
}

function isSorted(steps: Float64Array): boolean {
  for (let index = 1; index < steps.length; index++) if (steps[index]! < steps[index - 1]!) return false;
  return true;
}
