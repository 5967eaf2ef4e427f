import { describe, expect, it } from 'vitest';
import { errorPlace } from './error-place.ts';

describe('the place of a fault in a query', () => {
  it('is where the mark stands', () => {
    const query = 'SELECT area\nFROM houses WHERE aera > 1';
    const message = `Referenced column "aera" not found\n\nLINE 2: FROM houses WHERE aera > 1\n                          ^`;
    expect(query.slice(errorPlace(message, query) ?? 0)).toBe('aera > 1');
  });

  it('is found in a line that is shown cut', () => {
    const query = `SELECT ${'a, '.repeat(60)}oops FROM houses`;
    const shown = `...${query.slice(120)}`;
    const blanks = ' '.repeat('LINE 1: '.length + shown.indexOf('oops'));
    expect(query.slice(errorPlace(`Binder\n\nLINE 1: ${shown}\n${blanks}^`, query) ?? 0)).toBe(
      'oops FROM houses',
    );
  });

  it('is none where the message names none', () => {
    expect(errorPlace('The query took longer than 60 s.', 'SELECT 1')).toBeNull();
    expect(errorPlace('LINE 9: x\n        ^', 'SELECT 1')).toBeNull();
  });
});
