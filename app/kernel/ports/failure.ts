import { type ErrorCode, errorTable } from '../../contract/errors.ts';
import type { Failure } from '../../contract/jobs.contract.ts';
import { AppError } from '../app-error.ts';

/** A declared fault in the form that crosses a process boundary or is stored. */
export function asFailure(fault: AppError): Failure {
  return {
    code: fault.code,
    message: fault.message,
    data: { nextStep: fault.nextStep, details: fault.details },
  };
}

/** The fault that another process told of, to be thrown here. A code that this version does not know is a BUG. */
export function fromFailure({ code, message, data }: Failure): AppError {
  const known = Object.hasOwn(errorTable, code) ? (code as ErrorCode) : 'BUG';
  return new AppError(known, message, { nextStep: data.nextStep, details: data.details });
}
