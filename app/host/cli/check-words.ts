import type { DoctorCheck } from '../../contract/system.contract.ts';

const marks = { ok: '✓', warning: '!', missing: '–' };

/** What was checked, a line each, with the cure below what is not in order. */
export function checkWords(checks: readonly DoctorCheck[]): string {
  return checks
    .map(
      ({ title, state, value, nextStep }) =>
        `${marks[state]} ${title}: ${value}${nextStep ? `\n  → ${nextStep}` : ''}`,
    )
    .join('\n');
}
