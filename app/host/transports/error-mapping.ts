import { mapEventIterator, ORPCError } from '@orpc/client';
import { ValidationError } from '@orpc/server';
import { type ErrorCode, type ErrorData, errorData, errorTable } from '../../contract/errors.ts';
import { AppError, isAbort } from '../../kernel/app-error.ts';
import type { Logger } from '../../kernel/logger.ts';
import { describeIssues, type InputIssue } from './input-issues.ts';

/** The part of oRPC's interceptor options that the mapping reads. */
export interface Call<Result> {
  readonly context: object;
  readonly path?: readonly string[];
  readonly signal?: AbortSignal | undefined;
  next(): Promise<Result>;
}

/** The part of oRPC's request-level options that the mapping reads. */
export interface RequestCall<Result> {
  readonly context: object;
  readonly request: {
    readonly method: string;
    readonly url: URL;
    readonly signal?: AbortSignal | undefined;
  };
  next(): Promise<Result>;
}

/**
 * The one place that turns what a handler throws into what travels. Declared faults keep their code, message, next
 * step and details; input that does not fit the contract is INVALID_INPUT naming field, value and what is expected;
 * cancellation passes quietly; everything else is logged in full and leaves as BUG with an incident id and nothing
 * else. The same three functions serve every transport, so that errors look the same everywhere.
 */
export function wireErrors(log: Logger) {
  /** Requests whose input was decoded: what fails after that is ours, what fails before is the sender's. */
  const decoded = new WeakSet<object>();

  function toWire(error: unknown, path: readonly string[], signal: AbortSignal | undefined) {
    if (signal?.aborted || isAbort(error)) return wireError('INTERRUPTED', 'The call was cancelled.');
    if (error instanceof AppError) {
      return wireError(error.code, error.message, { nextStep: error.nextStep, details: error.details });
    }
    if (error instanceof ORPCError) {
      if (isDeclared(error)) return error;
      if (error.code === 'BAD_REQUEST' && error.cause instanceof ValidationError) {
        const { message, details } = describeIssues(error.cause.issues as InputIssue[], error.cause.data);
        return wireError('INVALID_INPUT', message, { details });
      }
    }
    const procedure = path.join('.');
    const incidentId = log.error(`${procedure || 'a request'} failed`, error, { procedure });
    return wireError('BUG', `Lathe made a mistake (incident ${incidentId}).`, { incidentId });
  }

  return {
    /** Around one procedure; for `clientInterceptors` of a handler and `interceptors` of an in-process client. */
    async aroundCall<Result>({ context, path = [], signal, next }: Call<Result>): Promise<Result> {
      decoded.add(context);
      try {
        const output = await next();
        if (!isStream(output)) return output;
        return mapEventIterator(output, {
          value: async (value: unknown) => value,
          error: async (error: unknown) => toWire(error, path, signal),
        }) as Result;
      } catch (error) {
        throw toWire(error, path, signal);
      }
    },

    /** Around one request, decoding and encoding included; for `interceptors` of a handler. */
    async aroundRequest<Result extends { readonly matched: boolean }>(
      call: RequestCall<Result>,
    ): Promise<Result> {
      const { method, url, signal } = call.request;
      try {
        const result = await call.next();
        if (!result.matched) throw notFound(method, url.pathname);
        return result;
      } catch (error) {
        if (decoded.has(call.context) || error instanceof AppError || error instanceof ORPCError) {
          throw toWire(error, [url.pathname], signal);
        }
        if (signal?.aborted) throw wireError('INTERRUPTED', 'The call was cancelled.');
        throw wireError('INVALID_INPUT', `What was sent to ${url.pathname} cannot be read.`, {
          nextStep: 'Send the JSON that docs/openapi.json describes.',
        });
      }
    },

    toWire,
  };
}

/** The error as it stands on the wire: its code and status are those of the error table. */
export function wireError(
  code: ErrorCode,
  message: string,
  data: Partial<ErrorData> = {},
): ORPCError<ErrorCode, ErrorData> {
  const { status, nextStep } = errorTable[code];
  return new ORPCError(code, {
    status,
    message,
    defined: true,
    data: {
      nextStep: data.nextStep ?? nextStep,
      details: data.details ?? {},
      ...(data.incidentId === undefined ? {} : { incidentId: data.incidentId }),
    },
  });
}

function notFound(method: string, pathname: string): AppError {
  return new AppError('NOT_FOUND', `There is nothing at ${method} ${pathname}.`, {
    nextStep: 'Look at /api/v1/openapi.json for what there is.',
    details: { path: pathname },
  });
}

function isDeclared(error: ORPCError<string, unknown>): boolean {
  return (
    Object.hasOwn(errorTable, error.code) &&
    errorTable[error.code as ErrorCode].status === error.status &&
    errorData.safeParse(error.data).success
  );
}

export function isStream(output: unknown): output is AsyncIterator<unknown, unknown, void> {
  return typeof output === 'object' && output !== null && Symbol.asyncIterator in output;
}
