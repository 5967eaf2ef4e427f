import { fieldOf } from './field-of.ts';
import type { FilterComparison, FilterField, FilterValue } from './filter-ast.ts';
import { type ExpressionToken, lexExpression, textOf } from './lex-expression.ts';
import { type RunExpression, RunFilterError, unexpected } from './run-expression.ts';
import { entityOf } from './run-fields.ts';

/** More than a person writes, and less than SQLite's parser takes. */
const MAX_TERMS = 200;
const MAX_DEPTH = 40;

const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/**
 * Parse Lathe's filter language. OR binds less than AND, and AND less than NOT; words beside each other must all be found.
 *
 * @returns null for a text without any terms
 * @throws RunFilterError naming the place, what stands there and what was expected
 */
export function parseExpression(text: string): RunExpression | null {
  const tokens = lexExpression(text);
  let position = 0;
  let terms = 0;
  let depth = 0;

  const peek = (ahead = 0): ExpressionToken => tokens[Math.min(position + ahead, tokens.length - 1)]!;
  const isWord = (token: ExpressionToken, ...words: string[]) =>
    token.kind === 'word' && words.includes(token.raw.toUpperCase());
  const take = (): ExpressionToken => tokens[position++]!;
  const refuse = (expected: string): never => {
    throw unexpected(text, peek(), expected);
  };

  function joined(kind: 'all' | 'any', parts: readonly RunExpression[]): RunExpression {
    return parts.length === 1 ? parts[0]! : { kind, parts, start: parts[0]!.start, end: parts.at(-1)!.end };
  }

  function anyOf(): RunExpression {
    const parts = [allOf()];
    while (isWord(peek(), 'OR')) {
      take();
      parts.push(allOf());
    }
    return joined('any', parts);
  }

  function allOf(): RunExpression {
    const parts = [negation()];
    for (;;) {
      if (isWord(peek(), 'AND')) take();
      else if (!(isText(parts.at(-1)!) && startsText())) return joined('all', parts);
      parts.push(negation());
    }
  }

  function negation(): RunExpression {
    if (!isWord(peek(), 'NOT')) return term();
    if (++depth > MAX_DEPTH) throw tooDeep();
    const { start } = take();
    const part = negation();
    depth -= 1;
    return { kind: 'not', part, start, end: part.end };
  }

  function term(): RunExpression {
    const token = peek();
    if (++terms > MAX_TERMS) {
      throw new RunFilterError(`A filter has at most ${MAX_TERMS} terms.`, token);
    }
    if (token.kind === 'open') {
      if (++depth > MAX_DEPTH) throw tooDeep();
      take();
      const inner = anyOf();
      if (peek().kind !== 'close') refuse('AND, OR or ")"');
      take();
      depth -= 1;
      return inner;
    }
    if (token.kind !== 'text' && (token.kind !== 'word' || isWord(token, 'AND', 'OR', 'NOT')))
      refuse('a field such as metrics.loss, or a word to look for');
    if (isCompared()) {
      const comparison = readComparison();
      return { kind: 'comparison', comparison, start: comparison.start, end: comparison.end };
    }
    take();
    const span = { start: token.start, end: token.end };
    if (token.kind === 'text') return { kind: 'text', text: textOf(token.raw), ...span };
    const field = fieldOf({ ...token, kind: 'word' });
    const entity = field.entity === null ? null : entityOf(field.entity);
    if (entity && entity !== 'attribute' && entity !== 'code') return { kind: 'has', field, ...span };
    return { kind: 'text', text: token.raw.startsWith('`') ? field.key : token.raw, ...span };
  }

  const tooDeep = () => new RunFilterError(`A filter nests at most ${MAX_DEPTH} deep.`, peek());

  const isText = (part: RunExpression): boolean =>
    part.kind === 'text' || (part.kind === 'not' && isText(part.part));

  /** Whether what comes is a word to look for, or not to, so that AND may be left out before it. */
  function startsText(ahead = 0): boolean {
    const token = peek(ahead);
    if (token.kind === 'text') return !isCompared(ahead);
    if (isWord(token, 'NOT')) return startsText(ahead + 1);
    if (token.kind !== 'word' || isWord(token, 'AND', 'OR')) return false;
    return !isCompared(ahead) && entityOf(fieldOf({ ...token, kind: 'word' }).entity ?? '') === undefined;
  }

  /** Whether an operator follows the word that comes; `is`, `in` and `like` are words as well. */
  function isCompared(ahead = 0): boolean {
    const [next, second, third] = [peek(ahead + 1), peek(ahead + 2), peek(ahead + 3)];
    if (next.kind === 'operator') return true;
    if (isWord(next, 'LIKE', 'ILIKE')) return second.kind === 'text' || second.kind === 'word';
    if (isWord(next, 'IN')) return second.kind === 'open';
    if (isWord(next, 'NOT')) return isWord(second, 'IN', 'LIKE', 'ILIKE');
    return isWord(next, 'IS') && (isWord(second, 'NULL') || (isWord(second, 'NOT') && isWord(third, 'NULL')));
  }

  function readComparison(): FilterComparison {
    const name = take();
    const field: FilterField = fieldOf({ ...name, kind: 'word' });
    const operator = take();
    const words = [operator.raw.toUpperCase()];
    let { end } = operator;
    while (isWord(peek(), 'NOT', 'NULL', 'IN', 'LIKE', 'ILIKE')) {
      const word = take();
      words.push(word.raw.toUpperCase());
      end = word.end;
      if (words.at(-1) !== 'NOT') break;
    }
    const comparator = words.join(' ');
    const value = comparator.endsWith('NULL') ? null : readValue();
    return {
      field,
      comparator,
      writtenComparator: text.slice(operator.start, end),
      value,
      start: field.start,
      end: value?.end ?? end,
    };
  }

  function readValue(): FilterValue {
    const { kind, raw, start, end } = peek();
    if (kind === 'open') return readList();
    if (kind !== 'text' && kind !== 'word') return refuse('a value');
    take();
    if (kind === 'text') return { kind: 'text', text: textOf(raw), raw, start, end };
    if (!NUMBER.test(raw)) return { kind: 'word', raw, start, end };
    return { kind: 'number', value: Number(raw), isInteger: /^[+-]?\d+$/.test(raw), raw, start, end };
  }

  function readList(): FilterValue {
    const { start } = take();
    const items: FilterValue[] = [];
    do {
      if (peek().kind === 'open') refuse('a value');
      items.push(readValue());
    } while (peek().kind === 'comma' && take());
    if (peek().kind !== 'close') refuse('"," or ")"');
    const { end } = take();
    return { kind: 'list', items, start, end, raw: text.slice(start, end) };
  }

  if (peek().kind === 'end') return null;
  const expression = anyOf();
  if (peek().kind !== 'end') {
    const after = tokens[position - 1]!;
    refuse(
      after.kind === 'word' && after.raw.includes('.')
        ? 'an operator such as <, AND, OR or the end'
        : 'AND, OR or the end',
    );
  }
  return expression;
}
