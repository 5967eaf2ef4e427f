import type { DoctorCheck } from '../../../app/contract/system.contract.ts';

/** The check to say first: one of what is missing, else a warning; null where everything is well. */
export function worstCheck(checks: readonly DoctorCheck[]): DoctorCheck | null {
  return (
    checks.find(({ state }) => state === 'missing') ?? checks.find(({ state }) => state === 'warning') ?? null
  );
}
