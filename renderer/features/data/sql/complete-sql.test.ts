import { describe, expect, it } from 'vitest';
import { completeSql, type SqlTable } from './complete-sql.ts';

const tables: SqlTable[] = [
  {
    dataset: 'houses',
    columns: [
      { name: 'area', type: 'integer' },
      { name: 'sale price', type: 'number' },
    ],
  },
  { dataset: 'my data', columns: [{ name: 'areas', type: 'text' }] },
];
const texts = (text: string) => completeSql(text, text.length, tables).options.map((option) => option.text);

describe('completing a query', () => {
  it('offers data sets behind FROM, quoted where their names need it', () => {
    expect(texts('SELECT * FROM ')).toEqual(['houses', '"my data"']);
    expect(texts('SELECT * FROM houses JOIN m')).toEqual(['"my data"']);
  });

  it('offers columns of the data sets that the query names', () => {
    const text = 'SELECT ar FROM houses';
    const { from, to, options } = completeSql(text, 9, tables);
    expect([text.slice(from, to), options.map((option) => option.text)]).toEqual(['ar', ['area']]);
    expect(texts('SELECT count(*) FROM houses WHERE "sa')).toEqual(['"sale price"', 'SAMPLE']);
  });

  it('offers nothing inside of a text, and nothing before something is typed', () => {
    expect(texts("SELECT * FROM houses WHERE city = 'a")).toEqual([]);
    expect(texts('SELECT * FROM houses ')).toEqual([]);
  });
});
