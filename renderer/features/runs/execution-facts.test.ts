import { describe, expect, it } from 'vitest';
import { fakeDetail, fakeRuns } from '../../testing/fake-runs.ts';
import { energyWords, executionFacts } from './execution-facts.ts';
import { checkWords } from './run-checks.tsx';

const run = fakeDetail(fakeRuns(3)[2]!);

describe('where and with what a run ran', () => {
  it('says no more than was asked for', () => {
    expect(executionFacts(run)).toEqual([['target', 'native']]);
  });

  it('names limits, GPUs, attempts and what it cost', () => {
    const facts = Object.fromEntries(
      executionFacts({
        ...run,
        attempt: 2,
        gpus: [{ id: 'GPU-1', index: 3, vendor: 'nvidia' }],
        resources: { ...run.resources, gpus: 1, memoryBytes: 8e9, timeLimitMs: 5_400_000 },
        scheduling: { ...run.scheduling, retries: 2 },
        energy: { wattHours: 12.34, sampledMs: run.durationMs ?? 0, cost: 0.004, currency: 'EUR' },
      }),
    );
    expect(facts).toMatchObject({
      attempt: '2 of 3',
      GPUs: '3 (nvidia)',
      'memory limit': '8.0 GB',
      'time limit': '1 h 30 min',
      energy: '12.34 Wh',
      cost: 'under 0.01 EUR',
    });
  });

  it('says how much of the time the energy covers', () => {
    const energy = { wattHours: 1500, sampledMs: 60_000, cost: null, currency: null };
    expect(energyWords({ energy, durationMs: 120_000 })).toBe('1.5 kWh, 50 % measured');
    expect(energyWords({ energy, durationMs: 61_000 })).toBe('1.5 kWh');
  });
});

describe('the checks of a recipe in a sentence', () => {
  it('names those that failed, and waits for those that are not known', () => {
    const check = (expression: string, passed: boolean | null) => ({ expression, value: 1, passed });
    expect(checkWords([check('acc > 0.9', null)])).toBeNull();
    expect(checkWords([check('acc > 0.9', true)])).toBe('Its check passed.');
    expect(checkWords([check('acc > 0.9', false), check('loss < 1', true)])).toBe(
      '1 of 2 checks failed: acc > 0.9.',
    );
  });
});
