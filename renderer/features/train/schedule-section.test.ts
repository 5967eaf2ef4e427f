import { describe, expect, it } from 'vitest';
import type { RunId } from '../../../app/contract/ids.ts';
import { describeSchedule } from './schedule-section.tsx';
import { emptyDraft, type TrainDraft } from './train-draft.ts';

const now = new Date(2026, 10, 21, 9, 30).getTime();
const words = (change: Partial<TrainDraft>) => describeSchedule({ ...emptyDraft, ...change }, now);

describe('when a run starts, in a line', () => {
  it('says what holds it back, and nothing that does not', () => {
    expect(words({})).toBe('as soon as there is room');
    expect(words({ start: 'held' })).toBe('held');
    expect(words({ start: 'at', startAt: '2026-11-21T22:00', priority: '5' })).toBe(
      'not before 22:00, priority 5',
    );
    expect(words({ after: ['a' as RunId, 'b' as RunId] })).toBe('as soon as there is room, after 2 runs');
  });
});
