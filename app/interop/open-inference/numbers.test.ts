import { describe, expect, it } from 'vitest';
import type { RecentRequest } from '../../contract/serving.contract.ts';
import { EndpointMeter } from './endpoint-meter.ts';
import { parseExactly } from './exact-json.ts';
import { fromHalf, toHalf } from './half-float.ts';
import { LatencyHistogram } from './latency-histogram.ts';

describe('half-precision numbers', () => {
  it('survive there and back, all 65,536 of them', () => {
    for (let bits = 0; bits < 65_536; bits++) {
      const value = fromHalf(bits);
      if (Number.isNaN(value)) expect(Number.isNaN(fromHalf(toHalf(value)))).toBe(true);
      else if (toHalf(value) !== bits) expect.fail(`${bits} became ${toHalf(value)}`);
    }
  });

  it('round to the nearest, ties to even', () => {
    expect(toHalf(1 + 1 / 2048)).toBe(toHalf(1));
    expect(toHalf(1 + 3 / 2048)).toBe(toHalf(1 + 2 / 1024));
    expect(toHalf(1 + 1 / 2048 + 2 ** -40)).toBe(toHalf(1 + 1 / 1024));
    expect(fromHalf(toHalf(2047.9))).toBe(2048);
    expect(fromHalf(toHalf(65_519))).toBe(65_504);
    expect(fromHalf(toHalf(65_520))).toBe(Number.POSITIVE_INFINITY);
    expect(toHalf(2 ** -25)).toBe(0);
    expect(toHalf(2 ** -25 * 1.5)).toBe(1);
  });
});

it('integers above 2^53 keep their digits where that is asked for', () => {
  const text = '[9007199254740993,1e30,-18446744073709551616,5]';
  expect(parseExactly(text, () => true)).toEqual([9007199254740993n, 1e30, -18446744073709551616n, 5]);
  expect(parseExactly(text, () => false)).toEqual([9007199254740992, 1e30, -18446744073709552000, 5]);
});

describe('latencies', () => {
  it('have no percentile before the first', () => {
    expect(new LatencyHistogram().percentile(0.5)).toBeNull();
  });

  it('give percentiles within 5 %', () => {
    const histogram = new LatencyHistogram();
    for (let ms = 1; ms <= 1000; ms++) histogram.add(ms / 10);
    for (const [fraction, exact] of [
      [0.5, 50],
      [0.95, 95],
      [0.99, 99],
    ] as const) {
      expect(Math.abs(histogram.percentile(fraction)! / exact - 1)).toBeLessThan(0.05);
    }
  });
});

describe('an endpoint meter', () => {
  const request: RecentRequest = {
    at: 60_000 * 1000,
    call: 'infer',
    shape: [],
    status: 200,
    result: '',
    durationMs: 1,
  };

  it('counts requests by the minute, with zeros between', () => {
    const meter = new EndpointMeter();
    meter.record(request);
    meter.record({ ...request, at: request.at + 59_999, status: 400 });
    meter.record({ ...request, at: request.at + 120_000 });
    const { requests, failed, perMinute, minute } = meter.snapshot();
    expect([requests, failed, minute]).toEqual([3, 1, 1002]);
    expect(perMinute.slice(-4)).toEqual([0, 2, 0, 1]);
  });

  it('shows the last 50 calls of every kind, and counts only those that infer', () => {
    const meter = new EndpointMeter();
    for (let index = 0; index < 60; index++)
      meter.record({ ...request, call: 'ready', result: String(index) });
    const { requests, recent } = meter.snapshot();
    expect([requests, recent.length, recent[0]?.result]).toEqual([0, 50, '59']);
  });
});
