import { describe, expect, it } from 'vitest';
import type { Prediction } from '../../../app/contract/training.contract.ts';
import { headline, predictedFacts } from './trial-panel.tsx';

const unknown: Prediction = {
  stepMs: null,
  totalSteps: null,
  durationMs: null,
  peakMemoryBytes: null,
  peakGpuMemoryBytes: null,
  diskBytes: null,
  findings: [],
};

describe('what a trial says about the whole', () => {
  it('foretells no more than was measured', () => {
    expect(headline(unknown)).toContain('cannot be told');
    expect(headline({ ...unknown, durationMs: 7_200_000 })).toBe(
      'It works; the whole probably takes about 2 h',
    );
    expect(headline({ ...unknown, durationMs: 60_000, totalSteps: 12_000 })).toContain('for 12,000 steps');
  });

  it('names what it measured, with units', () => {
    expect(predictedFacts(unknown)).toEqual([]);
    expect(predictedFacts({ ...unknown, stepMs: 83, peakGpuMemoryBytes: 31.2e9 })).toEqual([
      ['One step', '83 ms'],
      ['GPU memory at most', '31.2 GB'],
    ]);
  });
});
