import { describe, expect, it } from 'vitest';
import { formatAhead, fromLocalField, quickStarts, toLocalField } from './start-times.ts';

const morning = new Date(2026, 10, 21, 9, 30).getTime();
const night = new Date(2026, 10, 21, 23, 10).getTime();

describe('putting a run off', () => {
  it('offers tonight while tonight is ahead', () => {
    expect(quickStarts(morning).map(({ words }) => words)).toContain('tonight 22:00');
    expect(quickStarts(night).map(({ words }) => words)).not.toContain('tonight 22:00');
    for (const { at } of quickStarts(night)) expect(at).toBeGreaterThan(night);
  });

  it('means the clock of this machine', () => {
    const tonight = quickStarts(morning).find(({ words }) => words === 'tonight 22:00')!;
    expect(toLocalField(tonight.at)).toBe('2026-11-21T22:00');
    expect(fromLocalField('2026-11-21T22:00')).toBe(tonight.at);
    expect(fromLocalField('')).toBeNull();
  });

  it('says a moment shorter the nearer it is', () => {
    expect(formatAhead(new Date(2026, 10, 21, 22, 0).getTime(), morning)).toBe('22:00');
    expect(formatAhead(new Date(2026, 10, 22, 6, 0).getTime(), night)).toBe('tomorrow 06:00');
    expect(formatAhead(new Date(2026, 10, 24, 6, 0).getTime(), night)).toBe('24 Nov 06:00');
  });
});
