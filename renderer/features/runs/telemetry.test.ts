import { describe, expect, it } from 'vitest';
import { chartUnit, formatTelemetry, isSystemMetric, telemetryGroups } from './telemetry.ts';

describe('what the machine did during a run', () => {
  it('is told from what the program recorded', () => {
    expect(isSystemMetric('system/cpu_percent')).toBe(true);
    expect(isSystemMetric('systemic_loss')).toBe(false);
  });

  it('is grouped by what it measures, GPUs first and each by its number', () => {
    const groups = telemetryGroups([
      'system/cpu_percent',
      'system/gpu_10_percent',
      'system/gpu_2_memory_bytes',
      'system/gpu_2_percent',
      'system/sent_bytes_per_second',
      'system/fan_speed',
      'val_loss',
    ]);
    expect(groups.map(({ title }) => title)).toEqual([
      'GPU 2',
      'GPU 2 memory',
      'GPU 10',
      'CPU',
      'Network',
      'fan speed',
    ]);
    expect(groups.find(({ title }) => title === 'Network')?.lines.map(({ label }) => label)).toEqual([
      'sent',
    ]);
  });

  it('is written with its unit', () => {
    expect(formatTelemetry('system/cpu_percent', 231.4)).toBe('231 %');
    expect(formatTelemetry('system/memory_bytes', 31.2e9)).toBe('31.2 GB');
    expect(formatTelemetry('system/read_bytes_per_second', 212e6)).toBe('212 MB/s');
    expect(formatTelemetry('system/gpu_0_power_watts', 288.4)).toBe('288 W');
    expect(formatTelemetry('system/gpu_0_temperature_celsius', 71)).toBe('71 °C');
    expect(formatTelemetry('system/cpu_percent', Number.NaN)).toBe('–');
  });

  it('is drawn in a unit in which its numbers are short', () => {
    expect(chartUnit(['system/memory_bytes'], 31.2e9)).toEqual({ unit: 'GB', divisor: 1e9 });
    expect(chartUnit(['system/sent_bytes_per_second'], 900)).toEqual({ unit: 'B/s', divisor: 1 });
    expect(chartUnit(['system/gpu_0_percent'], 97)).toEqual({ unit: '%', divisor: 1 });
  });
});
