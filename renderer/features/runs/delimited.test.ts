import { describe, expect, it } from 'vitest';
import { readDelimited } from './delimited.ts';

describe('a table that a run left as text', () => {
  it('is read with quotes, commas and line ends inside fields', () => {
    const { head, rows } = readDelimited('name,note\r\nana,"said ""no"", twice\nand left"\nbo,\n');
    expect(head).toEqual(['name', 'note']);
    expect(rows).toEqual([
      ['ana', 'said "no", twice\nand left'],
      ['bo', ''],
    ]);
  });

  it('keeps a last line without its end only where the file ends there', () => {
    expect(readDelimited('a\tb\n1\t2', { delimiter: '\t' }).rows).toEqual([['1', '2']]);
    expect(readDelimited('a,b\n1,2\n3,', { whole: false }).rows).toEqual([['1', '2']]);
  });
});
