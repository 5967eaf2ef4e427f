import { type ErrorCode, type ErrorDocument, errorTable } from '../../contract/errors.ts';
import { isAbort } from '../../kernel/app-error.ts';

export interface CliFailure {
  readonly document: ErrorDocument;
  readonly exitCode: number;
}

/**
 * What a command that failed prints and how it ends, whichever way the fault came: thrown here, or from the wire.
 * The exit code is that of the error table.
 */
export function describeFailure(error: unknown): CliFailure {
  const fault = error as {
    code?: unknown;
    message?: unknown;
    nextStep?: unknown;
    data?: { nextStep?: unknown };
  };
  const code: ErrorCode = isAbort(error)
    ? 'INTERRUPTED'
    : typeof fault?.code === 'string' && Object.hasOwn(errorTable, fault.code)
      ? (fault.code as ErrorCode)
      : 'BUG';
  const nextStep = fault?.nextStep ?? fault?.data?.nextStep;
  return {
    document: {
      error: {
        code,
        message: typeof fault?.message === 'string' && fault.message ? fault.message : errorTable[code].title,
        nextStep: typeof nextStep === 'string' ? nextStep : errorTable[code].nextStep,
      },
    },
    exitCode: errorTable[code].exitCode,
  };
}
