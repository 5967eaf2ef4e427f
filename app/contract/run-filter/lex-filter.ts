import { FilterSyntaxError, type Span } from './filter-ast.ts';

export type FilterToken = Span & {
  readonly kind: 'word' | 'text' | 'number' | 'operator' | 'open' | 'close' | 'comma' | 'end';
  /** As written. */
  readonly raw: string;
};

/** One part of a name: a plain word, or anything between back-ticks or double quotes. */
const PART = '(?:[\\p{L}_][\\p{L}\\p{N}_]*|`[^`]*`|"[^"]*")';

const patterns: readonly (readonly [FilterToken['kind'] | 'space', RegExp])[] = [
  ['space', /\s+/uy],
  ['text', /'(?:''|\\'|[^'])*'/uy],
  // A name in double quotes alone is a text, as MLflow has it; the parser tells the two apart by where it stands.
  ['word', new RegExp(`${PART}(?:\\.(?:${PART}|[\\p{L}\\p{N}_]+))*`, 'uy')],
  ['number', /[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/uy],
  ['operator', /[<>=!~]+/uy],
  ['open', /\(/uy],
  ['close', /\)/uy],
  ['comma', /,/uy],
];

/** The tokens of a filter, the last of kind `end`. @throws FilterSyntaxError at a character that begins nothing */
export function lexFilter(text: string): FilterToken[] {
  const tokens: FilterToken[] = [];
  let at = 0;
  while (at < text.length) {
    const token = nextToken(text, at);
    if (token.kind !== 'space') tokens.push({ ...token, kind: token.kind });
    at = token.end;
  }
  tokens.push({ kind: 'end', raw: '', start: text.length, end: text.length });
  return tokens;
}

function nextToken(text: string, at: number): Span & { kind: FilterToken['kind'] | 'space'; raw: string } {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match) return { kind, raw: match[0], start: at, end: at + match[0].length };
  }
  const end = at + [...text.slice(at)][0]!.length;
  const isQuote = text[at] === "'" || text[at] === '"' || text[at] === '`';
  throw new FilterSyntaxError(
    text,
    { start: at, end: isQuote ? text.length : end },
    isQuote ? 'a closing quote' : 'a name, a value or an operator',
  );
}
