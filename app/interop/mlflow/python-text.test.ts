import { describe, expect, it } from 'vitest';
import { pythonFloat, pythonJson, pythonRepr, pythonType } from './python-text.ts';

describe("values in the words of MLflow's server", () => {
  it('are JSON as Python writes it: sorted, without spaces, in ASCII', () => {
    expect(pythonJson({ b: ['ü', 1], a: null })).toBe('{"a":null,"b":["\\u00fc",1]}');
    expect(pythonJson('😀')).toBe('"\\ud83d\\ude00"');
  });

  it.each([
    [1, '1.0'],
    [1e-9, '1e-09'],
    [1.5e-7, '1.5e-07'],
    [0.0001, '0.0001'],
    [1e300, '1e+300'],
    [-0.25, '-0.25'],
    [Number.NaN, 'nan'],
    [Number.NEGATIVE_INFINITY, '-inf'],
  ])('are doubles as Python prints them: %d', (value, text) => expect(pythonFloat(value)).toBe(text));

  it.each([
    ["it's", `"it's"`],
    ['plain', `'plain'`],
    [`both ' and "`, `'both \\' and "'`],
    ['a\nb', `'a\\nb'`],
  ])('are quoted as Python quotes them: %j', (text, quoted) => expect(pythonRepr(text)).toBe(quoted));

  it('have the names of the types that Python gives them', () => {
    expect([null, true, 1, 1.5, 'x', [], {}].map(pythonType)).toEqual([
      'NoneType',
      'bool',
      'int',
      'float',
      'str',
      'list',
      'dict',
    ]);
  });
});
