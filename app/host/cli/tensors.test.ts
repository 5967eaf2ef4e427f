import { describe, expect, it } from 'vitest';
import type { Signature } from '../../contract/models.contract.ts';
import { rowFromText, rowsFromDelimited } from './rows.ts';
import { tensorsOf } from './tensors.ts';

const outputs: Signature['outputs'] = [];
const table: Signature = {
  inputs: [
    { name: 'age', datatype: 'FP32', shape: [-1, 1], hint: { kind: 'number' } },
    { name: 'city', datatype: 'BYTES', shape: [-1, 1], hint: { kind: 'category' } },
  ],
  outputs,
};
const image: Signature = {
  inputs: [
    {
      name: 'pixels',
      datatype: 'FP32',
      shape: [-1, 2],
      hint: { kind: 'image', columns: ['p0', 'p1'], width: 2, height: 1 },
    },
  ],
  outputs,
};

describe('rows as tensors', () => {
  it('gives each column its tensor', () => {
    expect(
      tensorsOf(table, [
        { age: 41, city: 'Bern', other: 1 },
        { age: '7.5', city: '' },
      ]),
    ).toEqual([
      { name: 'age', datatype: 'FP32', shape: [2, 1], data: [41, 7.5] },
      { name: 'city', datatype: 'BYTES', shape: [2, 1], data: ['Bern', ''] },
    ]);
  });

  it('gathers the columns behind a matrix or image, or takes them as one list', () => {
    const tensor = { name: 'pixels', datatype: 'FP32', shape: [1, 2], data: [3, 4] };
    expect(tensorsOf(image, [{ p0: 3, p1: 4 }])).toEqual([tensor]);
    expect(tensorsOf(image, [{ pixels: [3, 4] }])).toEqual([tensor]);
  });

  it('sends a missing number as NaN, which the graph fills in', () => {
    expect(tensorsOf(table, [{ age: null, city: null }])[0]?.data).toEqual(['NaN']);
  });

  it('names the row and the column that is not there', () => {
    expect(() => tensorsOf(table, [{ age: 1, city: 'x' }, { city: 'x' }])).toThrowError(
      expect.objectContaining({ code: 'INVALID_INPUT', details: { row: 2, column: 'age' } }),
    );
  });

  it('names the value that is no number', () => {
    expect(() => tensorsOf(table, [{ age: 'old', city: 'x' }])).toThrowError(
      expect.objectContaining({ code: 'INVALID_INPUT', message: expect.stringContaining('"old"') }),
    );
  });

  it('takes an input of many dimensions as one list', () => {
    const inputs = [{ name: 'x', datatype: 'FP32' as const, shape: [-1, 2, 2] }];
    expect(tensorsOf({ inputs, outputs }, [{ x: [1, 2, 3, 4] }])[0]).toMatchObject({
      shape: [1, 2, 2],
      data: [1, 2, 3, 4],
    });
  });

  it('refuses a list of the wrong length', () => {
    expect(() => tensorsOf(image, [{ pixels: [1, 2, 3] }])).toThrowError(
      expect.objectContaining({ code: 'INVALID_INPUT' }),
    );
  });
});

describe('rows from text', () => {
  it('reads quoted fields with separators, line breaks and quotes', () => {
    expect(rowsFromDelimited('a,b\r\n1,"x, ""y""\nz"\r\n', ',', 'f.csv')).toEqual([
      { a: '1', b: 'x, "y"\nz' },
    ]);
  });

  it('names the row that is ragged', () => {
    expect(() => rowsFromDelimited('a,b\n1,2\n3\n', ',', 'f.csv')).toThrowError(
      expect.objectContaining({ code: 'DATA_MALFORMED', details: { path: 'f.csv', row: 2 } }),
    );
  });

  it('refuses a row that is no JSON object', () => {
    for (const text of ['{"a":', '[1]', '3']) {
      expect(() => rowFromText(text)).toThrowError(
        expect.objectContaining({ nextStep: expect.stringContaining('{"column"') }),
      );
    }
  });
});
