import { describe, expect, it } from 'vitest';
import type { Reproduction } from '../../../app/contract/execution.ts';
import { reproductionWords } from './reproduction-report.tsx';

const metric = (key: string, verdict: Reproduction['metrics'][number]['verdict']) => ({
  key,
  verdict,
  original: 1,
  reproduced: 1,
  firstDifferentStep: null,
  timing: false,
});

describe('the verdict on a reproduction', () => {
  it('says how many metrics agree', () => {
    const same = [metric('loss', 'identical'), metric('acc', 'identical')];
    expect(reproductionWords({ verdict: 'identical', metrics: same })).toContain(
      'all 2 metrics are identical',
    );
    expect(reproductionWords({ verdict: 'identical', metrics: same.slice(1) })).toContain('the metric is');
    const timed = [...same, { ...metric('seconds', 'differs'), timing: true }];
    expect(reproductionWords({ verdict: 'identical', metrics: timed })).toContain('all 2 metrics');
    const off = [...same, metric('lr', 'differs')];
    expect(reproductionWords({ verdict: 'differs', metrics: off })).toContain('1 of 3 metrics differ');
  });

  it('says nothing about what has not ended or did not finish', () => {
    expect(reproductionWords({ verdict: 'pending', metrics: [] })).toContain('Not known before');
    expect(reproductionWords({ verdict: 'failed', metrics: [] })).toContain('did not finish');
  });
});
