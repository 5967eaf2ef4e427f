import { describe, expect, it } from 'vitest';
import { recipeCheck } from '../../contract/recipe.ts';
import type { MetricSummary } from '../../contract/runs.contract.ts';
import { evaluateChecks } from './check-results.ts';

const summary = (last: MetricSummary['last'], min = last, max = last): MetricSummary => ({
  last,
  lastStep: 9,
  firstStep: 0,
  min,
  max,
  mean: last,
  points: 10,
});
const summaries = {
  val_accuracy: summary(0.91, 0.2, 0.95),
  'val loss': summary(0.3, 0.25, 2),
  'eval/f1-score': summary(0.5),
  broken: summary('NaN', 0.1, 0.4),
  huge: summary('Infinity', 1, 'Infinity'),
  zero: summary(0),
  min: summary(3),
};

describe('a check', () => {
  it.each([
    ['val_accuracy >= 0.9', 0.91, true],
    ['val_accuracy>0.91', 0.91, false],
    ['  val_accuracy   <=   .91  ', 0.91, true],
    ['last(val_accuracy) < 0.91', 0.91, false],
    ['max(val_accuracy) > 0.94', 0.95, true],
    ['min( val loss ) < 2.6e-1', 0.25, true],
    ['MIN(val loss) < 0.25', 0.25, false],
    ['eval/f1-score == 0.5', 0.5, true],
    ['eval/f1-score != 0.5', 0.5, false],
    ['zero > -1', 0, true],
    ['zero < +1E-9', 0, true],
    ['min >= 3', 3, true],
    ['huge > 1e300', 'Infinity', true],
    ['min(huge) <= 1', 1, true],
  ])('%s is judged by the value %s: %s', (expression, value, passed) => {
    expect(recipeCheck.safeParse(expression).success).toBe(true);
    expect(evaluateChecks([expression], summaries)).toEqual([{ expression, value, passed }]);
  });

  it('of NaN fails whatever it asks', () => {
    const asked = ['<', '<=', '>', '>=', '==', '!='].map((comparison) => `broken ${comparison} 1`);
    for (const result of evaluateChecks(asked, summaries)) {
      expect(result).toMatchObject({ value: 'NaN', passed: false });
    }
    expect(evaluateChecks(['min(broken) < 1'], summaries)).toMatchObject([{ value: 0.1, passed: true }]);
  });

  it('of a metric that was never recorded fails with no value', () => {
    for (const expression of ['val_acc >= 0', 'constructor >= 0', 'toString != 1', 'nonsense']) {
      expect(evaluateChecks([expression], summaries)).toEqual([{ expression, value: null, passed: false }]);
    }
  });

  it('keeps its place among the others', () => {
    const expressions = ['zero == 0', 'none == 0', 'min == 3'];
    expect(evaluateChecks(expressions, summaries).map(({ passed }) => passed)).toEqual([true, false, true]);
    expect(evaluateChecks([], summaries)).toEqual([]);
  });
});
