import { describe, expect, it } from 'vitest';
import type { RunGroup as GroupAnswer } from '../../../../app/contract/run-table.contract.ts';
import { fieldOf } from './run-fields.ts';
import { groupCell, groupFrom, placeOfLine, sharedInWords } from './run-groups.ts';

const answer = (value: string | null, runs: number): GroupAnswer => ({
  values: [value],
  runs,
  first: [],
  cells: [
    { kind: 'numbers', count: 2, mean: 5, deviation: 1.4, half: 12.7, min: 4, max: 6 },
    { kind: 'words', distinct: 1, value: '0.0001' },
    { kind: 'words', distinct: 3, value: null },
    { kind: 'numbers', count: 2, mean: 150, deviation: 1, half: 1, min: 100, max: 200 },
    { kind: 'numbers', count: 0, mean: null, deviation: null, half: null, min: null, max: null },
  ],
});
const fields = ['metrics.loss', 'params.lr', 'tags.team', 'started', 'metrics.none'];
const group = (value: string | null, runs = 2) => groupFrom(answer(value, runs), fields);
const cell = (id: string) => groupCell(group('a'), fieldOf(id));

describe('a group of runs in the table', () => {
  it('has mean and interval of a metric, and nothing of one that no run has', () => {
    expect(cell('metrics.loss')).toEqual({ kind: 'mean', count: 2, mean: 5, half: 12.7 });
    expect(cell('metrics.none')).toEqual({ kind: 'same', value: null });
    expect(cell('metrics.not-asked')).toEqual({ kind: 'same', value: null });
  });

  it('shows the value that all share as a run would, or how many there are', () => {
    expect(cell('params.lr')).toEqual({ kind: 'same', value: '0.0001' });
    expect(sharedInWords('0.0001', fieldOf('params.lr'))).toBe('1e-4');
    expect(sharedInWords('007x', fieldOf('params.lr'))).toBe('007x');
    expect(cell('tags.team')).toEqual({ kind: 'several', count: 3 });
  });

  it('tells the first and the last moment, not their mean', () => {
    expect(cell('started')).toEqual({ kind: 'span', from: 100, to: 200 });
  });

  it('is called none where its runs have no value, which is not the word none', () => {
    expect([group(null).title, group('none').title]).toEqual(['none', 'none']);
    expect(group(null).id).not.toBe(group('none').id);
  });
});

describe('lines of groups', () => {
  const open = [
    { index: 1, group: group('b', 3) },
    { index: 2, group: group('c', 1) },
  ];

  it('are the groups in order, each open one followed by its runs', () => {
    const words = Array.from({ length: 8 }, (_, line) => {
      const place = placeOfLine(line, open);
      return place.kind === 'group' ? `${place.index}` : `${place.group.title}${place.index}`;
    });
    expect(words).toEqual(['0', '1', 'b0', 'b1', 'b2', '2', 'c0', '3']);
  });
});
