import type { CheckResult } from '../../contract/execution.ts';
import type { MetricSummary } from '../../contract/runs.contract.ts';
import { fromWireNumber } from '../../contract/wire.ts';

const CHECK =
  /^\s*(?:(?<of>min|max|last)\(\s*(?<inner>[^()]+?)\s*\)|(?<plain>[^<>=!()\s]+))\s*(?<comparison><=|>=|<|>|==|!=)\s*(?<bound>[-+]?[\d.]+(?:e[-+]?\d+)?)\s*$/i;

const holds: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
  '==': (value, bound) => value === bound,
  '!=': (value, bound) => value !== bound,
};

/**
 * What a recipe's checks say of a run that has finished, in their order. A check of a metric that was never recorded fails with no
 * value; NaN fails every comparison, `!=` included.
 *
 * @param expressions in the form of `recipeCheck`; one that is not in it fails
 */
export function evaluateChecks(
  expressions: readonly string[],
  summaries: Readonly<Record<string, MetricSummary>>,
): CheckResult[] {
  return expressions.map((expression) => {
    const parts = CHECK.exec(expression)?.groups;
    const key = parts?.inner ?? parts?.plain ?? '';
    const summary = Object.hasOwn(summaries, key) ? summaries[key] : undefined;
    if (!parts || !summary) return { expression, value: null, passed: false };
    const value = summary[(parts.of?.toLowerCase() ?? 'last') as 'min' | 'max' | 'last'];
    const number = fromWireNumber(value);
    const passed = !Number.isNaN(number) && holds[parts.comparison!]!(number, Number(parts.bound));
    return { expression, value, passed };
  });
}
