import { AppError, fromSystemError, isAbort } from '../../app/kernel/app-error.ts';
import type { CrossedError } from './worker-messages.ts';

/** What was thrown, in a form that crosses threads. */
export function crossing(thrown: unknown): CrossedError {
  if (isAbort(thrown)) return { kind: 'abort' };
  const error = fromSystemError(thrown, String((thrown as NodeJS.ErrnoException).path ?? 'the table'));
  if (error instanceof AppError) {
    const { code, message, nextStep, details } = error;
    return { kind: 'fault', code, message, nextStep, details };
  }
  const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
  return { kind: 'bug', message, stack };
}

/** What was thrown on the other side. */
export function restored(error: CrossedError): unknown {
  if (error.kind === 'fault') {
    return new AppError(error.code, error.message, { nextStep: error.nextStep, details: error.details });
  }
  if (error.kind === 'abort') return new DOMException('The work was cancelled.', 'AbortError');
  return Object.assign(new Error(error.message), { stack: error.stack });
}
