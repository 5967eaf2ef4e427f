import type { Span } from './filter-ast.ts';
import { unexpected } from './run-expression.ts';

export type ExpressionToken = Span & {
  readonly kind: 'word' | 'text' | 'operator' | 'open' | 'close' | 'comma' | 'end';
  /** As written. */
  readonly raw: string;
};

/** Words reach up to a space, a bracket, a comma, a quote or an operator, so names with `-`, `/`, `@` and `:` need no quotes. */
const BARE = '[^\\s()\'"`,<>=!~]+';
const QUOTED = '(?:`[^`]*`|"[^"]*")';

const patterns: readonly (readonly [ExpressionToken['kind'] | 'space', RegExp])[] = [
  ['space', /\s+/uy],
  // Quotes after a dot, or before one, belong to a name: tags."my tag", data."my set"@3.
  ['word', new RegExp(`(?:${QUOTED}(?=\\.)|\`[^\`]*\`|${BARE})(?:(?<=\\.)${QUOTED}|${BARE})*`, 'uy')],
  ['text', /'(?:''|[^'])*'|"[^"]*"/uy],
  ['operator', /[<>=!~]+/uy],
  ['open', /\(/uy],
  ['close', /\)/uy],
  ['comma', /,/uy],
];

/** The tokens of a text in Lathe's filter language, the last of kind `end`. @throws RunFilterError for a quote that is not closed */
export function lexExpression(text: string): ExpressionToken[] {
  const tokens: ExpressionToken[] = [];
  for (let at = 0; at < text.length; ) {
    const { kind, raw } = tokenAt(text, at);
    if (kind !== 'space') tokens.push({ kind, raw, start: at, end: at + raw.length });
    at += raw.length;
  }
  tokens.push({ kind: 'end', raw: '', start: text.length, end: text.length });
  return tokens;
}

function tokenAt(text: string, at: number): { kind: ExpressionToken['kind'] | 'space'; raw: string } {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match) return { kind, raw: match[0] };
  }
  throw unexpected(text, { start: at, end: text.length }, 'a closing quote');
}

/** What stands between quotes; a doubled single quote is one. */
export function textOf(raw: string): string {
  const inner = raw.slice(1, -1);
  return raw.startsWith("'") ? inner.replace(/''/g, "'") : inner;
}
