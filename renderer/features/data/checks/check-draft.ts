import {
  type DataCheck,
  type DataCheckKind,
  dataCheck,
} from '../../../../app/contract/data-checks.contract.ts';
import type { Column } from '../../../../app/contract/datasets.contract.ts';

/** A check as it is typed: every field a text, whatever the kind needs of them. */
export interface CheckDraft {
  readonly kind: DataCheckKind;
  readonly column: string;
  readonly columns: readonly string[];
  readonly min: string;
  readonly max: string;
  readonly values: string;
  readonly pattern: string;
  /** Percent. */
  readonly share: string;
  readonly minRows: string;
  readonly maxAge: string;
  readonly against: string;
  readonly statistic: 'psi' | 'ks' | 'chi-squared';
  readonly limit: string;
  readonly name: string;
  readonly sql: string;
}

export const checkKinds: readonly (readonly [DataCheckKind, string])[] = [
  ['range', 'values lie in a range'],
  ['missing', 'few values are missing'],
  ['unique', 'values are unique'],
  ['values', 'values are some of a list'],
  ['pattern', 'texts match a pattern'],
  ['column', 'the column is there'],
  ['schema', 'the columns are these'],
  ['rows', 'the number of rows'],
  ['classes', 'every class has enough rows'],
  ['fresh', 'the newest time is recent'],
  ['drift', 'the values have not drifted'],
  ['sql', 'a query finds nothing wrong'],
];

export const emptyDraft = (columns: readonly Column[]): CheckDraft => ({
  kind: 'range',
  column: columns[0]?.name ?? '',
  columns: [],
  min: '',
  max: '',
  values: '',
  pattern: '',
  share: '0',
  minRows: '',
  maxAge: '7 d',
  against: 'previous',
  statistic: 'psi',
  limit: '0.25',
  name: '',
  sql: 'SELECT * FROM data WHERE ',
});

/** The check that a draft says, or what is wrong with it. */
export function readDraft(
  draft: CheckDraft,
  columns: readonly Column[],
):
  | { readonly check: DataCheck; readonly problem: null }
  | { readonly check: null; readonly problem: string } {
  const said = sayDraft(draft, columns);
  if ('problem' in said) return { check: null, problem: said.problem };
  const read = dataCheck.safeParse(said.check);
  if (read.success) return { check: read.data, problem: null };
  return { check: null, problem: read.error.issues[0]?.message ?? 'This check says nothing.' };
}

type Said = { readonly check: object } | { readonly problem: string };

function sayDraft(draft: CheckDraft, columns: readonly Column[]): Said {
  const { kind, column } = draft;
  const type = columns.find(({ name }) => name === column)?.type;
  const number = (text: string): number | undefined => (text.trim() === '' ? undefined : Number(text));
  switch (kind) {
    case 'schema':
      return {
        check: { kind, columns: columns.map(({ name, type: is }) => ({ name, type: is })), others: false },
      };
    case 'column':
      return { check: { kind, column, ...(type && { type }) } };
    case 'range': {
      const bound = (text: string) => (type === 'time' ? text.trim() || undefined : number(text));
      const [min, max] = [bound(draft.min), bound(draft.max)];
      if (min === undefined && max === undefined)
        return { problem: 'Give the least, the greatest, or both.' };
      if ([min, max].some((value) => typeof value === 'number' && Number.isNaN(value)))
        return { problem: `“${draft.min || draft.max}” is not a number.` };
      return {
        check: { kind, column, ...(min !== undefined && { min }), ...(max !== undefined && { max }) },
      };
    }
    case 'unique':
      return draft.columns.length === 0
        ? { problem: 'Choose the columns that together name a row.' }
        : { check: { kind, columns: draft.columns } };
    case 'values': {
      const texts = draft.values
        .split('\n')
        .map((line) => line.trim())
        .filter(Boolean);
      if (texts.length === 0) return { problem: 'Write the values that are allowed, one a line.' };
      const values = texts.map((text) =>
        type === 'integer' || type === 'number' ? Number(text) : type === 'boolean' ? text === 'true' : text,
      );
      if (values.some((value) => Number.isNaN(value)))
        return { problem: 'One of the values is not a number.' };
      return { check: { kind, column, values } };
    }
    case 'pattern':
      return draft.pattern === ''
        ? { problem: 'Write the pattern that whole values match.' }
        : { check: { kind, column, pattern: draft.pattern } };
    case 'missing': {
      const share = Number(draft.share) / 100;
      return share >= 0 && share <= 1
        ? { check: { kind, column, max: share } }
        : { problem: `“${draft.share}” is no share from 0 to 100 %.` };
    }
    case 'rows': {
      const [min, max] = [number(draft.min), number(draft.max)];
      if (min === undefined && max === undefined)
        return { problem: 'Give the least, the greatest, or both.' };
      return { check: { kind, ...(min !== undefined && { min }), ...(max !== undefined && { max }) } };
    }
    case 'classes': {
      const minRows = number(draft.minRows);
      return minRows === undefined
        ? { problem: 'Give the least number of rows of a class.' }
        : { check: { kind, column, minRows } };
    }
    case 'fresh':
      return { check: { kind, column, maxAge: draft.maxAge.trim() } };
    case 'drift': {
      const against = draft.against.trim();
      return {
        check: {
          kind,
          column,
          against,
          statistic: draft.statistic,
          limit: number(draft.limit) ?? Number.NaN,
        },
      };
    }
    case 'sql':
      return draft.name.trim() === ''
        ? { problem: 'Say in words what the query makes sure of.' }
        : { check: { kind, name: draft.name.trim(), sql: draft.sql } };
  }
}
