import { wireSerializers } from '../../contract/wire-serializers.ts';
import type { Logger } from '../../kernel/logger.ts';
import { wireErrors } from './error-mapping.ts';

/** What every transport's handler is made with, so that errors and values look the same on all of them. */
export function handlerOptions(log: Logger) {
  const errors = wireErrors(log);
  return {
    interceptors: [errors.aroundRequest],
    clientInterceptors: [errors.aroundCall],
    customJsonSerializers: wireSerializers,
  };
}
