import { describe, expect, it } from 'vitest';
import { csvText } from './csv.ts';

describe('a table as CSV', () => {
  it('quotes only what would be read as something else', () => {
    expect(
      csvText(
        ['a', 'b,c'],
        [
          [1, 'plain'],
          [null, 'say "x"'],
          [true, 'two\nlines'],
        ],
      ),
    ).toBe('a,"b,c"\n1,plain\n,"say ""x"""\ntrue,"two\nlines"\n');
  });
});
