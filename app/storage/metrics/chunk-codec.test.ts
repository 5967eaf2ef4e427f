import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { seededNumbers } from '../../../test/support/metric-runs.ts';
import { DamagedBytes } from './checked-bytes.ts';
import { decodeChunk, encodeChunk, packChunk } from './chunk-codec.ts';
import { columnsOfLength, type MetricColumns } from './metric-columns.ts';

const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0, 5e-324, -1.7e308];

/** Points as programs record them, and as nobody does. */
function randomColumns(random: () => number): MetricColumns {
  const length = 1 + Math.floor(random() ** 3 * 3000);
  const columns = columnsOfLength(length);
  const stepForm = Math.floor(random() * 5);
  const form = Math.floor(random() * 3);
  const scale = 10 ** Math.floor(random() * 7);
  const rounded = (value: number) => Math.round(value * scale) / scale;
  const oddShare = random() < 0.5 ? 0 : 0.02;
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
    const value =
      random() < oddShare ? special[Math.floor(random() * special.length)]! : (random() - 0.5) * 100;
    columns.values[index] = form === 0 ? Math.fround(value) : form === 1 ? rounded(value) : value;
  }
  return columns;
}

/** Both ways to write a chunk: while it grows, and once it is full. */
const ways = [
  ['a growing', encodeChunk],
  ['a full', packChunk],
] as const;

describe.each(ways)('%s chunk of points', (_, encode) => {
  it('comes back as it was, whatever the steps, times and values are', () => {
    const random = seededNumbers(1);
    for (let round = 0; round < 300; round++) {
      const columns = randomColumns(random);
      expect(decodeChunk(encode(columns), columns.steps.length)).toEqual(columns);
    }
  });

  it('keeps steps at the ends of what JavaScript holds exactly', () => {
    const most = Number.MAX_SAFE_INTEGER;
    const steps = Float64Array.of(most, -most, most, 0, -1, 1, most - 1);
    const columns = { steps, timesMs: new Float64Array(7), values: new Float64Array(7).fill(1) };
    expect(decodeChunk(encode(columns), 7).steps).toEqual(steps);
  });

  it('never comes back as something else when bits are flipped or bytes are missing', () => {
    const random = seededNumbers(3);
    for (let round = 0; round < 1000; round++) {
      const columns = randomColumns(random);
      const bytes = Uint8Array.from(encode(columns));
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
    expect(() => decodeChunk(encode(columns), 4)).toThrow(DamagedBytes);
  });
});

/** 2,048 points of a program that logs every fifth step, about every 12 ms. */
function loggedColumns(round: (value: number) => number): MetricColumns {
  const random = seededNumbers(2);
  const columns = columnsOfLength(2048);
  for (let index = 0; index < 2048; index++) {
    columns.steps[index] = index * 5;
    columns.timesMs[index] = 1.75e12 + index * 12 + Math.floor(random() * 3);
    columns.values[index] = round(Math.exp(-index / 1000) + random() / 100);
  }
  return columns;
}

interface KeptChunk {
  readonly what: string;
  /** As base64. */
  readonly bytes: string;
  readonly steps: readonly number[];
  readonly timesMs: readonly number[];
  readonly values: readonly string[];
}
const fixtures = path.join(import.meta.dirname, '../../../test/fixtures/metric-chunks.json');
const kept = JSON.parse(fs.readFileSync(fixtures, 'utf8')) as KeptChunk[];

describe('the bytes of a chunk', () => {
  const perPoint = (bytes: Uint8Array) => bytes.length / 2048;

  it('are few: of a full one under 3.2 a point in single precision, under 2.2 for rounded numbers', () => {
    const single = loggedColumns(Math.fround);
    expect(perPoint(encodeChunk(single))).toBeLessThan(4.5);
    expect(perPoint(packChunk(single))).toBeLessThan(3.2);
    expect(perPoint(packChunk(loggedColumns((value) => Math.round(value * 1e4) / 1e4)))).toBeLessThan(2.2);
  });

  it.each([
    ['in single precision', Math.fround, '5712 877cb483'],
    ['with noise in every bit', (value: number) => value, '13197 a98576'],
    ['rounded to four digits', (value: number) => Math.round(value * 1e4) / 1e4, '2758 252b38be'],
    ['that count', (value: number) => Math.floor(value * 1e6), '4414 751134a0'],
  ])('of a full one are the same whatever computes them: values %s', (_, round, lengthAndChecksum) => {
    const bytes = packChunk(loggedColumns(round));
    expect(`${bytes.length} ${zlib.crc32(bytes).toString(16)}`).toBe(lengthAndChecksum);
  });

  it('are hardly any where values stand still or count, and never more than before', () => {
    const still = loggedColumns(() => 1e-3);
    for (const [index] of still.timesMs.entries()) still.timesMs[index] = 1.75e12 + index * 1000;
    expect(packChunk(still).length).toBeLessThan(100);
    for (const round of [Math.fround, Math.floor, (value: number) => value, () => Number.NaN]) {
      const columns = loggedColumns(round);
      expect(packChunk(columns).length).toBeLessThanOrEqual(encodeChunk(columns).length);
    }
  });

  it('are under 30 for one point alone', () => {
    const [steps, timesMs, values] = [812, 1.75e12, 0.1].map((number) => Float64Array.of(number));
    expect(encodeChunk({ steps: steps!, timesMs: timesMs!, values: values! }).length).toBeLessThan(30);
  });

  it.each(kept.filter(({ what }) => what.startsWith('full')))(
    'are written as they always were: $what',
    ({ bytes, steps, timesMs, values }) => {
      const columns = {
        steps: Float64Array.from(steps),
        timesMs: Float64Array.from(timesMs),
        values: Float64Array.from(values, Number),
      };
      expect(Buffer.from(packChunk(columns)).toString('base64')).toBe(bytes);
    },
  );

  it.each(kept)('that were written before are still read: $what', ({ bytes, steps, timesMs, values }) => {
    const columns = decodeChunk(Buffer.from(bytes, 'base64'), steps.length);
    expect([...columns.steps]).toEqual(steps);
    expect([...columns.timesMs]).toEqual(timesMs);
    expect([...columns.values].map((value) => (Object.is(value, -0) ? '-0' : String(value)))).toEqual(values);
  });
});
