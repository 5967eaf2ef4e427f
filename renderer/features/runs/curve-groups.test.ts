import { describe, expect, it } from 'vitest';
import { fakeRuns, fakeSeries } from '../../testing/fake-runs.ts';
import { curveGroups, curvesOf, readsOnLogAxis } from './curve-groups.ts';

describe('the curves of a run', () => {
  it('share a chart by what they measure, validation first', () => {
    expect(curveGroups(['gradient_norm', 'train_loss', 'val_accuracy', 'val_loss'])).toEqual([
      {
        title: 'loss',
        lines: [
          { key: 'val_loss', label: 'val' },
          { key: 'train_loss', label: 'train' },
        ],
      },
      { title: 'accuracy', lines: [{ key: 'val_accuracy', label: 'val' }] },
      { title: 'gradient_norm', lines: [{ key: 'gradient_norm', label: 'gradient_norm' }] },
    ]);
  });

  it('of a loss that falls over decades read on a log axis, others do not', () => {
    const [run] = fakeRuns(3).slice(2);
    const series = fakeSeries(run!, undefined, 100);
    expect(
      readsOnLogAxis(
        'loss',
        series.filter(({ key }) => key === 'train_loss'),
      ),
    ).toBe(true);
    expect(
      readsOnLogAxis(
        'accuracy',
        series.filter(({ key }) => key === 'val_accuracy'),
      ),
    ).toBe(false);
  });

  it('leave single values out', () => {
    const [series] = fakeSeries(fakeRuns(3)[2]!, ['val_loss'], 100);
    expect(curvesOf([series!, { ...series!, points: 1 }, { ...series!, key: 'test_loss' }])).toEqual([
      series,
    ]);
  });
});
