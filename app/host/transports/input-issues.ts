import type { ErrorData } from '../../contract/errors.ts';

/** What a schema library says of one value that does not fit (Standard Schema, with zod's nested unions). */
export interface InputIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  /** For a union: the issues of each member. */
  readonly errors?: readonly (readonly InputIssue[])[];
}

const shownIssues = 3;
const shownCharacters = 80;

/** Words for input that does not fit: every issue names the field, the value there and what was expected. */
export function describeIssues(
  issues: readonly InputIssue[],
  input: unknown,
): { readonly message: string; readonly details: ErrorData['details'] } {
  const found = issues.map((issue) => describe(issue, input));
  const lines = found.slice(0, shownIssues).map(({ field, value, expected }) => {
    const what = value === undefined ? `"${field}" is missing` : `"${field}" is ${value}`;
    return `${what}: ${expected}.`;
  });
  const more = found.length - shownIssues;
  if (more > 0) lines.push(`${more} more do not fit.`);
  const first = found[0];
  return {
    message: lines.join(' '),
    details: first
      ? { field: first.field, value: first.value ?? null, expected: first.expected, issues: found.length }
      : {},
  };
}

function describe(issue: InputIssue, input: unknown) {
  const keys = (issue.path ?? []).map((part) => (typeof part === 'object' ? part.key : part));
  let value: unknown = input;
  for (const key of keys) {
    value =
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined;
  }
  return { field: keys.map(String).join('.') || 'input', value: shown(value), expected: expectation(issue) };
}

function expectation(issue: InputIssue): string {
  const alternatives = (issue.errors ?? []).flat().map((nested) => nested.message);
  const words =
    alternatives.length > 0 ? [...new Set(alternatives)].slice(0, shownIssues).join(', or ') : issue.message;
  return words.replace(/\.$/, '');
}

/** The value as a person would write it, cut short; undefined where there is none. */
function shown(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const text = typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? typeof value);
  return text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text;
}
