import { describe, expect, it } from 'vitest';
import type { Column } from '../../../../app/contract/datasets.contract.ts';
import { checkKinds, emptyDraft, readDraft } from './check-draft.ts';

const columns: Column[] = [
  { name: 'age', type: 'integer' },
  { name: 'seen', type: 'time' },
  { name: 'city', type: 'text' },
];
const draft = { ...emptyDraft(columns), column: 'age' };

describe('a check as it is typed', () => {
  it('becomes the check of its kind', () => {
    expect(readDraft({ ...draft, kind: 'range', min: '0', max: ' 120 ' }, columns).check).toEqual({
      kind: 'range',
      column: 'age',
      min: 0,
      max: 120,
    });
    expect(readDraft({ ...draft, kind: 'range', column: 'seen', min: '2026-01-01' }, columns).check).toEqual({
      kind: 'range',
      column: 'seen',
      min: '2026-01-01',
    });
    expect(readDraft({ ...draft, kind: 'missing', share: '2.5' }, columns).check).toMatchObject({
      max: 0.025,
    });
    expect(readDraft({ ...draft, kind: 'values', values: '1\n\n 2 ' }, columns).check).toMatchObject({
      values: [1, 2],
    });
    expect(
      readDraft({ ...draft, kind: 'values', column: 'city', values: 'Bern\nBasel' }, columns).check,
    ).toMatchObject({ values: ['Bern', 'Basel'] });
  });

  it('says what is missing before it can be added', () => {
    expect(readDraft({ ...draft, kind: 'range' }, columns).problem).toMatch(/least/);
    expect(readDraft({ ...draft, kind: 'range', min: 'many' }, columns).problem).toMatch(/many/);
    expect(readDraft({ ...draft, kind: 'unique' }, columns).problem).toMatch(/columns/);
    expect(readDraft({ ...draft, kind: 'values', values: 'one' }, columns).problem).toMatch(/number/);
    expect(readDraft({ ...draft, kind: 'missing', share: '200' }, columns).problem).toMatch(/200/);
    expect(readDraft({ ...draft, kind: 'sql' }, columns).problem).toMatch(/words/);
  });

  it('reads every kind that it offers', () => {
    const filled = {
      ...draft,
      columns: ['age'],
      min: '1',
      values: '1',
      pattern: '.*',
      minRows: '5',
      name: 'adults only',
      sql: 'SELECT * FROM data WHERE age < 18',
    };
    for (const [kind] of checkKinds) {
      expect(readDraft({ ...filled, kind }, columns)).toMatchObject({ check: { kind }, problem: null });
    }
  });
});
