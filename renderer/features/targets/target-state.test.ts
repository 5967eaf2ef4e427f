import { describe, expect, it } from 'vitest';
import type { DoctorCheck } from '../../../app/contract/system.contract.ts';
import { worstCheck } from './target-state.ts';

const check = (id: string, state: DoctorCheck['state']): DoctorCheck => ({
  id,
  state,
  title: id,
  value: '',
  nextStep: null,
});

describe('the state of a target in a line', () => {
  it('is what is missing, else the first warning, else nothing', () => {
    const all = [check('a', 'ok'), check('b', 'warning'), check('c', 'missing')];
    expect(worstCheck(all)?.id).toBe('c');
    expect(worstCheck(all.slice(0, 2))?.id).toBe('b');
    expect(worstCheck(all.slice(0, 1))).toBeNull();
  });
});
