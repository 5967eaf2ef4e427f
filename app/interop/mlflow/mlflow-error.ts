import type { ErrorCode } from '../../contract/errors.ts';
import { AppError } from '../../kernel/app-error.ts';

/** The codes that MLflow's clients know and that are used here, with the HTTP status that goes with each. */
const statusOf = {
  RESOURCE_DOES_NOT_EXIST: 404,
  RESOURCE_ALREADY_EXISTS: 400,
  INVALID_PARAMETER_VALUE: 400,
  BAD_REQUEST: 400,
  ENDPOINT_NOT_FOUND: 404,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  INVALID_STATE: 500,
  INTERNAL_ERROR: 500,
  NOT_IMPLEMENTED: 501,
  TEMPORARILY_UNAVAILABLE: 503,
} as const;
export type MlflowCode = keyof typeof statusOf;

/** An answer that MLflow's clients understand as an error. It is thrown before anything is written. */
export class MlflowError extends Error {
  readonly code: MlflowCode;
  readonly status: number;

  constructor(code: MlflowCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options);
    this.name = 'MlflowError';
    this.code = code;
    this.status = statusOf[code];
  }

  toJSON() {
    return { error_code: this.code, message: this.message };
  }
}

export const invalid = (message: string): MlflowError => new MlflowError('INVALID_PARAMETER_VALUE', message);
export const absent = (message: string): MlflowError => new MlflowError('RESOURCE_DOES_NOT_EXIST', message);

const codeOf: Partial<Record<ErrorCode, MlflowCode>> = {
  INVALID_INPUT: 'INVALID_PARAMETER_VALUE',
  TOO_LARGE: 'INVALID_PARAMETER_VALUE',
  NOT_FOUND: 'RESOURCE_DOES_NOT_EXIST',
  ALREADY_EXISTS: 'RESOURCE_ALREADY_EXISTS',
  CONFLICT: 'BAD_REQUEST',
  UNAUTHORIZED: 'UNAUTHENTICATED',
  FORBIDDEN: 'PERMISSION_DENIED',
  NOT_READY: 'TEMPORARILY_UNAVAILABLE',
};

/** A declared fault of Lathe in MLflow's words, or null for what is a bug. */
export function fromAppError(error: unknown): MlflowError | null {
  if (error instanceof MlflowError) return error;
  if (!(error instanceof AppError)) return null;
  const message = error.nextStep === '' ? error.message : `${error.message} ${error.nextStep}`;
  return new MlflowError(codeOf[error.code] ?? 'INTERNAL_ERROR', message, { cause: error });
}
