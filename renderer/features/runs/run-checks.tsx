import type { CheckResult } from '../../../app/contract/execution.ts';
import { formatMetric } from '../../components/format.ts';
import { StateMark } from '../../components/state-mark.tsx';
import styles from './run-system.module.css';

/** What the recipe asks of the metrics, and whether it came out. */
export function RunChecks({ checks }: { readonly checks: readonly CheckResult[] }) {
  return (
    <ul className={styles.checks}>
      {checks.map(({ expression, value, passed }) => (
        <li key={expression}>
          <StateMark state={passed === null ? 'waiting' : passed ? 'finished' : 'failed'} />
          <code>{expression}</code>
          <output>{value === null ? '–' : formatMetric(Number(value))}</output>
        </li>
      ))}
    </ul>
  );
}

/** How the checks came out, in a sentence; null where there are none or they are not known yet. */
export function checkWords(checks: readonly CheckResult[]): string | null {
  const known = checks.filter(({ passed }) => passed !== null);
  if (known.length === 0) return null;
  const failed = known.filter(({ passed }) => !passed);
  if (failed.length === 0)
    return known.length === 1 ? 'Its check passed.' : `All ${known.length} checks passed.`;
  const named = failed.map(({ expression }) => expression).join(', ');
  return `${failed.length} of ${known.length} checks failed: ${named}.`;
}
