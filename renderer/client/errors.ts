import { ORPCError } from '@orpc/client';
import { type ErrorCode, errorData, errorTable } from '../../app/contract/errors.ts';

/** An error in the words that people read, and what they copy for whoever helps them. */
export interface ErrorWords {
  readonly code: ErrorCode;
  readonly title: string;
  readonly message: string;
  readonly nextStep: string;
  readonly details: string;
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorTable, code);
}

/** The one place that turns what was caught into words. What the table does not know is a mistake of Lathe. */
export function errorWords(error: unknown): ErrorWords {
  const code = codeOf(error);
  const { title, nextStep } = errorTable[code];
  const message = error instanceof Error ? error.message : hasMessage(error) ? error.message : String(error);
  const data = errorData.safeParse(dataOf(error)).data;
  const facts = Object.entries(data?.details ?? {}).map(([key, value]) => `${key}: ${value}`);
  const step = data?.nextStep || nextStep;
  const incident = data?.incidentId === undefined ? [] : [`incident: ${data.incidentId}`];
  return {
    code,
    title,
    message,
    nextStep: step,
    details: [`${code}: ${message}`, step, ...facts, ...incident].join('\n'),
  };
}

function codeOf(error: unknown): ErrorCode {
  if (error instanceof ORPCError || (hasMessage(error) && 'code' in error)) {
    const code = String(error.code);
    if (isErrorCode(code)) return code;
    if (code === 'BAD_REQUEST') return 'INVALID_INPUT';
  }
  return 'BUG';
}

/** A failure of a job or run has the same fields as an error that was thrown. */
function hasMessage(error: unknown): error is { readonly message: string; readonly code?: unknown } {
  return (
    typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string'
  );
}

function dataOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'data' in error ? error.data : undefined;
}
