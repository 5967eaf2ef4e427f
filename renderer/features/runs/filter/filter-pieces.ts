import { RunFilterError, readRunFilter } from '../../../../app/contract/run-filter/index.ts';
import { lexExpression } from '../../../../app/contract/run-filter/lex-expression.ts';

/** A stretch of a filter that is drawn in one colour. */
export interface FilterPiece {
  readonly text: string;
  readonly kind: 'space' | 'field' | 'word' | 'number' | 'text' | 'operator' | 'wrong';
}

/** What is wrong with a filter, and where: UTF-16 offsets, the end exclusive. */
export interface FilterProblem {
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

/** Why a text is no filter; null where it is one. */
export function filterProblem(text: string, nowMs: number): FilterProblem | null {
  try {
    readRunFilter(text, nowMs);
    return null;
  } catch (error) {
    if (!(error instanceof RunFilterError)) throw error;
    return { message: error.message, start: error.span.start, end: error.span.end };
  }
}

const keywords = new Set(['AND', 'OR', 'NOT', 'LIKE', 'ILIKE', 'IN', 'IS', 'NULL']);

/** The text in pieces, every character in exactly one. */
export function filterPieces(text: string): readonly FilterPiece[] {
  const pieces: FilterPiece[] = [];
  let at = 0;
  for (const { kind, raw, start, end } of tokensOf(text)) {
    if (start > at) pieces.push({ text: text.slice(at, start), kind: 'space' });
    if (raw !== '') pieces.push({ text: raw, kind: pieceKind(kind, raw) });
    at = end;
  }
  if (at < text.length) pieces.push({ text: text.slice(at), kind: 'wrong' });
  return pieces;
}

/** Tokens as far as there are any: a quote that is not closed ends them. */
function tokensOf(text: string): ReturnType<typeof lexExpression> {
  try {
    return lexExpression(text);
  } catch (error) {
    if (!(error instanceof RunFilterError)) throw error;
    return lexExpression(text.slice(0, error.span.start));
  }
}

function pieceKind(kind: ReturnType<typeof lexExpression>[number]['kind'], raw: string): FilterPiece['kind'] {
  if (kind === 'text') return 'text';
  if (kind !== 'word') return 'operator';
  if (keywords.has(raw.toUpperCase())) return 'word';
  return /^[-+]?[\d.]/.test(raw) ? 'number' : 'field';
}
