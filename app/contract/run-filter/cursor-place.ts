import { type ExpressionToken, lexExpression } from './lex-expression.ts';
import { RunFilterError } from './run-expression.ts';

/** What is being written at the cursor of an unfinished filter. */
export type CursorPlace = {
  /** Where the word before the cursor begins. */
  readonly from: number;
  /** That word so far. */
  readonly typed: string;
} & (
  | { readonly kind: 'field' }
  /** AND or OR. */
  | { readonly kind: 'joint' }
  | { readonly kind: 'operator' | 'value'; readonly field: string }
  | { readonly kind: 'nothing' }
);

type State = 'field' | 'named' | 'in' | 'is' | 'value' | 'list' | 'listed' | 'done';

/** A word, perhaps with an unclosed quote in it, up to the end; or a text whose quote is not closed. */
const UNFINISHED = /(?:[^\s()'"`,<>=!~]|(?<=\.)(?:"[^"]*"?|`[^`]*`?))*$/u;

export function cursorPlace(text: string, cursor: number): CursorPlace {
  const before = text.slice(0, cursor);
  let from = UNFINISHED.exec(before)!.index;
  let tokens = lexed(before.slice(0, from));
  if (typeof tokens === 'number') {
    from = tokens;
    tokens = lexed(before.slice(0, from));
  }
  const typed = before.slice(from);
  if (typeof tokens === 'number') return { kind: 'nothing', from, typed };
  const { state, field } = follow(tokens);
  switch (state) {
    case 'field':
      return { kind: 'field', from, typed };
    case 'named':
      return { kind: 'operator', field, from, typed };
    case 'value':
    case 'list':
      return { kind: 'value', field, from, typed };
    case 'done':
      return { kind: 'joint', from, typed };
    default:
      return { kind: 'nothing', from, typed };
  }
}

/** The tokens, or where the quote begins that is not closed. */
function lexed(text: string): ExpressionToken[] | number {
  try {
    return lexExpression(text).slice(0, -1);
  } catch (error) {
    if (error instanceof RunFilterError) return error.span.start;
    throw error;
  }
}

function follow(tokens: readonly ExpressionToken[]): { state: State; field: string } {
  let state: State = 'field';
  let field = '';
  for (const { kind, raw } of tokens) {
    const word = kind === 'word' ? raw.toUpperCase() : kind;
    switch (state) {
      case 'field':
        if (word === 'open' || word === 'NOT') break;
        field = raw;
        state = 'named';
        break;
      case 'named':
        if (word === 'operator' || word === 'LIKE' || word === 'ILIKE') state = 'value';
        else if (word === 'IN') state = 'in';
        else if (word === 'IS') state = 'is';
        else if (word === 'AND' || word === 'OR') state = 'field';
        else if (word === 'close') state = 'done';
        else if (word !== 'NOT') field = raw;
        break;
      case 'in':
        state = 'list';
        break;
      case 'is':
        if (word === 'NULL') state = 'done';
        break;
      case 'value':
        state = word === 'open' ? 'list' : 'done';
        break;
      case 'list':
        state = 'listed';
        break;
      case 'listed':
        state = word === 'comma' ? 'list' : 'done';
        break;
      case 'done':
        if (word === 'AND' || word === 'OR') state = 'field';
        break;
    }
  }
  return { state, field };
}
