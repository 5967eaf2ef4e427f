import { describe, expect, it } from 'vitest';
import type { Run } from '../../../app/contract/runs.contract.ts';
import { bestBy, judgeDifference, mainMetric, metricDirection, orderedMetrics } from './metrics.ts';
import { compareVerdict, runVerdict } from './verdict.ts';

let made = 0;

function run(name: string, metrics: Run['metrics'], digest = 'a'): Run {
  made += 1;
  return {
    id: String(made).padStart(32, '0'),
    name,
    metrics,
    status: 'finished',
    inputs: [{ datasetVersionId: 'v', datasetName: 'digits', version: 1, digest }],
    progress: { fraction: 1, message: 'finished', rate: null, remainingMs: null },
  } as unknown as Run;
}

describe('the metric that runs are judged by', () => {
  it('is the test accuracy before anything measured in training', () => {
    expect(mainMetric([run('a', { train_loss: 0.1, val_accuracy: 0.9, test_accuracy: 0.8 })])).toBe(
      'test_accuracy',
    );
  });

  it('is one that at least two of them have', () => {
    const runs = [
      run('a', { test_accuracy: 1, val_loss: 1 }),
      run('b', { val_loss: 1 }),
      run('c', { val_loss: 2 }),
    ];
    expect(mainMetric(runs)).toBe('val_loss');
  });

  it('is none where no direction is known', () => {
    expect(mainMetric([run('a', { learning_rate: 0.1 })])).toBeNull();
  });

  it('has a better direction', () => {
    expect(metricDirection('test_rmse')).toBe('lower');
    expect(metricDirection('macro_f1')).toBe('higher');
    expect(metricDirection('learning_rate')).toBeNull();
    expect(judgeDifference(-0.1, 'lower')).toBe('better');
    expect(judgeDifference(-0.1, 'higher')).toBe('worse');
    expect(judgeDifference(-0.1, null)).toBe('same');
  });

  it('ignores runs that diverged when it looks for the best', () => {
    expect(bestBy([run('a', { test_rmse: 'NaN' }), run('b', { test_rmse: 3 })], 'test_rmse')?.run.name).toBe(
      'b',
    );
  });

  it('stands first in lists, training metrics last', () => {
    expect(orderedMetrics(['lr', 'train_loss', 'val_loss', 'test_accuracy'])).toEqual([
      'test_accuracy',
      'val_loss',
      'train_loss',
      'lr',
    ]);
  });
});

describe('the verdict on two runs', () => {
  it('names winner, loser and the difference in points', () => {
    const verdict = compareVerdict([
      run('softmax', { test_accuracy: 0.9583 }),
      run('mlp', { test_accuracy: 0.975 }),
    ]);
    expect(verdict.headline).toBe('mlp beats softmax by 1.7 points');
    expect(verdict.rest).toContain('of test accuracy');
    expect(verdict.detail).toContain('Higher is better: mlp 0.9750, softmax 0.9583.');
  });

  it('takes the lower error as the better, in its own unit', () => {
    const verdict = compareVerdict([run('a', { test_rmse: 2 }), run('b', { test_rmse: 1.5 })]);
    expect(verdict.headline).toBe('b beats a by 0.5000');
    expect(verdict.rest).toContain('test RMSE');
  });

  it('never calls one run each certain', () => {
    const verdict = compareVerdict([run('a', { test_rmse: 2 }), run('b', { test_rmse: 1.5 })]);
    expect(verdict.rest).toContain('One run each');
  });

  it('says level where they are', () => {
    const verdict = compareVerdict([run('a', { test_accuracy: 0.9 }), run('b', { test_accuracy: 0.9 })]);
    expect(verdict.headline).toBe('a and b are level');
    expect(verdict.winner).toBeNull();
  });

  it('says which have no value, and that data differs', () => {
    const runs = [run('a', { test_accuracy: 0.9 }), run('b', { test_accuracy: 0.8 }, 'other'), run('c', {})];
    const { detail } = compareVerdict(runs);
    expect(detail).toContain('One run has no value yet.');
    expect(detail).toContain('They read different data.');
  });
});

describe('the verdict on one run', () => {
  it('sets it against the best other run on the same data only', () => {
    const one = run('mlp', { test_accuracy: 0.975 });
    const others = [
      run('softmax', { test_accuracy: 0.9583 }),
      run('foreign', { test_accuracy: 0.99 }, 'other'),
    ];
    const verdict = runVerdict(one, others);
    expect(verdict.headline).toBe('97.5 % test accuracy,');
    expect(verdict.rest).toBe('1.7 points better than the other run on the same data, softmax.');
  });
});
