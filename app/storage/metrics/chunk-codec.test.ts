import { describe, expect, it } from 'vitest';
import { seededNumbers } from '../../../test/support/metric-runs.ts';
import { DamagedBytes } from './checked-bytes.ts';
import { decodeChunk, encodeChunk } from './chunk-codec.ts';
import { columnsOfLength, type MetricColumns } from './metric-columns.ts';

const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0, 5e-324, -1.7e308];

/** Points as programs record them, and as nobody does. */
function randomColumns(random: () => number): MetricColumns {
  const length = 1 + Math.floor(random() ** 3 * 3000);
  const columns = columnsOfLength(length);
  const stepForm = Math.floor(random() * 5);
  const single = random() < 0.5;
  let timeMs = 1.75e12 + Math.floor(random() * 1e9);
  for (let index = 0; index < length; index++) {
    columns.steps[index] = [
      index * 10,
      7,
      index % 100,
      Math.floor((random() - 0.5) * 1000),
      Math.round((random() - 0.5) * 2 * Number.MAX_SAFE_INTEGER),
    ][stepForm]!;
    timeMs += Math.floor(random() * 20) - (random() < 0.01 ? 100_000 : 0);
    columns.timesMs[index] = timeMs;
    const value = random() < 0.02 ? special[Math.floor(random() * special.length)]! : (random() - 0.5) * 100;
    columns.values[index] = single ? Math.fround(value) : value;
  }
  return columns;
}

describe('a chunk of points', () => {
  it('comes back as it was, whatever the steps, times and values are', () => {
    const random = seededNumbers(1);
    for (let round = 0; round < 300; round++) {
      const columns = randomColumns(random);
      expect(decodeChunk(encodeChunk(columns), columns.steps.length)).toEqual(columns);
    }
  });

  it('keeps steps at the ends of what JavaScript holds exactly', () => {
    const most = Number.MAX_SAFE_INTEGER;
    const steps = Float64Array.of(most, -most, most, 0, -1, 1, most - 1);
    const columns = { steps, timesMs: new Float64Array(7), values: new Float64Array(7).fill(1) };
    expect(decodeChunk(encodeChunk(columns), 7).steps).toEqual(steps);
  });

  it('takes few bytes: under 4.5 a point for single precision, under 30 for one point alone', () => {
    const random = seededNumbers(2);
    const columns = columnsOfLength(2048);
    for (let index = 0; index < 2048; index++) {
      columns.steps[index] = index * 5;
      columns.timesMs[index] = 1.75e12 + index * 12 + Math.floor(random() * 3);
      columns.values[index] = Math.fround(Math.exp(-index / 1000) + random() / 100);
    }
    expect(encodeChunk(columns).length / 2048).toBeLessThan(4.5);
    const one = {
      steps: Float64Array.of(812),
      timesMs: Float64Array.of(1.75e12),
      values: Float64Array.of(0.1),
    };
    expect(encodeChunk(one).length).toBeLessThan(30);
  });

  it('never comes back as something else when bits are flipped or bytes are missing', () => {
    const random = seededNumbers(3);
    for (let round = 0; round < 1000; round++) {
      const columns = randomColumns(random);
      const bytes = Uint8Array.from(encodeChunk(columns));
      const damaged = random() < 0.2 ? bytes.subarray(0, Math.floor(random() * bytes.length)) : bytes;
      if (damaged === bytes) {
        const at = Math.floor(random() * bytes.length);
        bytes[at] = bytes[at]! ^ (1 << Math.floor(random() * 8));
      }
      expect(() => decodeChunk(damaged, columns.steps.length)).toThrow(DamagedBytes);
    }
  });

  it('is not taken for one of another length', () => {
    const columns = columnsOfLength(3);
    expect(() => decodeChunk(encodeChunk(columns), 4)).toThrow(DamagedBytes);
  });
});
