import { describe, expect, it } from 'vitest';
import type { RowCondition } from '../../../../app/contract/data-tables.contract.ts';
import type { Column } from '../../../../app/contract/datasets.contract.ts';
import {
  readConditions,
  readNames,
  readOrder,
  writeConditions,
  writeNames,
  writeOrder,
} from './row-query.ts';

const columns: Column[] = [
  { name: 'area', type: 'number' },
  { name: 'a,b~c', type: 'text' },
  { name: 'sold', type: 'boolean' },
];

describe('what an address says of a table', () => {
  it('keeps conditions, whatever names and values they have', () => {
    const where: RowCondition[] = [
      { column: 'area', is: 'at least', value: -12.5 },
      { column: 'a,b~c', is: 'contains', value: 'x~y, z%' },
      { column: 'sold', is: 'not equal', value: true },
      { column: 'area', is: 'missing', value: null },
    ];
    expect(readConditions(writeConditions(where), columns)).toEqual(where);
    expect(writeConditions(where.slice(0, 1))).toBe('area~at-least~-12.5');
  });

  it('leaves out what does not fit the table', () => {
    expect(readConditions('gone~equal~1,area~equal~many,area~near~1,sold~equal~perhaps', columns)).toEqual(
      [],
    );
    expect(readConditions('%E0%A4%A~equal~1', columns)).toEqual([]);
    expect(readOrder('gone~down', columns)).toBeNull();
  });

  it('keeps the order and the chosen columns', () => {
    expect(readOrder(writeOrder({ column: 'a,b~c', descending: true }), columns)).toEqual({
      column: 'a,b~c',
      descending: true,
    });
    expect(readNames(writeNames(['area', 'a,b~c']))).toEqual(['area', 'a,b~c']);
    expect(writeNames([])).toBeNull();
  });
});
