import type { FilterField } from './filter-ast.ts';
import type { FilterToken } from './lex-filter.ts';

/** The field that a word means: what stands before its first dot is the entity. */
export function fieldOf({ raw, start, end }: FilterToken): FilterField {
  const dot = firstDot(raw);
  return {
    start,
    end,
    entity: dot < 0 ? null : unquoted(raw.slice(0, dot)),
    key: unquoted(raw.slice(dot + 1)),
  };
}

/** A dot inside quotes is part of a name. */
function firstDot(raw: string): number {
  const first = raw[0];
  if (first !== '`' && first !== '"') return raw.indexOf('.');
  const closed = raw.indexOf(first, 1);
  return raw[closed + 1] === '.' ? closed + 1 : -1;
}

function unquoted(raw: string): string {
  return /^(?:`[^`]*`|"[^"]*")$/.test(raw) ? raw.slice(1, -1) : raw;
}
