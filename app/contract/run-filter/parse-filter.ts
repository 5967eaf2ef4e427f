import { fieldOf } from './field-of.ts';
import {
  type Filter,
  type FilterComparison,
  type FilterField,
  FilterSyntaxError,
  type FilterValue,
} from './filter-ast.ts';
import { type FilterToken, lexFilter } from './lex-filter.ts';

/**
 * Parse MLflow's filter grammar: comparisons joined by AND, each a field, an operator and a value, or a field with
 * IS [NOT] NULL. Which fields, operators and values go together is for the reader of the result to say.
 *
 * @throws FilterSyntaxError naming the place, what stands there and what was expected
 */
export function parseFilter(text: string): Filter {
  const tokens = lexFilter(text);
  const comparisons: FilterComparison[] = [];
  let position = 0;

  const peek = (): FilterToken => tokens[position]!;
  const isWord = (token: FilterToken, ...words: string[]) =>
    token.kind === 'word' && words.includes(token.raw.toUpperCase());

  function take(): FilterToken {
    const token = peek();
    if (token.kind !== 'end') position += 1;
    return token;
  }

  function refuse(expected: string): never {
    throw new FilterSyntaxError(text, peek(), expected);
  }

  function expectWord(word: string): FilterToken {
    if (!isWord(peek(), word)) refuse(word);
    return take();
  }

  function field(): FilterField {
    const token = peek();
    if (token.kind !== 'word' || isWord(token, 'AND', 'OR', 'NOT'))
      refuse('a field such as metrics.loss or params.lr');
    return fieldOf(take());
  }

  function value(): FilterValue {
    const token = peek();
    const span = { start: token.start, end: token.end, raw: token.raw };
    if (token.kind === 'text') {
      take();
      return { ...span, kind: 'text', text: token.raw.slice(1, -1) };
    }
    if (token.kind === 'number') {
      take();
      return { ...span, kind: 'number', value: Number(token.raw), isInteger: /^[+-]?\d+$/.test(token.raw) };
    }
    if (token.kind === 'word') {
      take();
      return isQuoted(token.raw)
        ? { ...span, kind: 'text', text: token.raw.slice(1, -1) }
        : { ...span, kind: 'word' };
    }
    if (token.kind === 'open') return list();
    return refuse('a value');
  }

  function list(): FilterValue {
    const { start } = take();
    const items: FilterValue[] = [];
    while (peek().kind !== 'close') {
      items.push(value());
      if (peek().kind === 'comma') take();
      else if (peek().kind !== 'close') refuse('"," or ")"');
    }
    const { end } = take();
    return { kind: 'list', items, start, end, raw: text.slice(start, end) };
  }

  function comparison(): FilterComparison {
    const left = field();
    const from = peek().start;
    const done = (comparator: string, right: FilterValue | null, end: number): FilterComparison => ({
      start: left.start,
      end: right?.end ?? end,
      field: left,
      comparator,
      writtenComparator: text.slice(from, end),
      value: right,
    });
    const token = peek();
    if (token.kind === 'operator' || isWord(token, 'LIKE', 'ILIKE', 'RLIKE', 'IN')) {
      take();
      return done(token.raw.toUpperCase(), value(), token.end);
    }
    if (isWord(token, 'NOT')) {
      take();
      const { end } = expectWord('IN');
      return done('NOT IN', value(), end);
    }
    if (isWord(token, 'IS')) {
      take();
      const not = isWord(peek(), 'NOT');
      if (not) take();
      const { end } = expectWord('NULL');
      return done(not ? 'IS NOT NULL' : 'IS NULL', null, end);
    }
    return refuse('an operator such as =, <, LIKE or IN');
  }

  if (peek().kind === 'end') return { comparisons };
  comparisons.push(comparison());
  while (peek().kind !== 'end') {
    if (!isWord(peek(), 'AND')) refuse('AND or the end');
    take();
    comparisons.push(comparison());
  }
  return { comparisons };
}

const isQuoted = (raw: string): boolean => /^(?:"[^"]*"|'[^']*')$/.test(raw);
