import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AnyContractRouter } from '@orpc/contract';
import { SmartCoercionPlugin } from '@orpc/json-schema';
import { OpenAPIHandler } from '@orpc/openapi/node';
import { type AnyRouter, traverseContractProcedures } from '@orpc/server';
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4';
import { contract } from '../../contract/index.ts';
import type { Logger } from '../../kernel/logger.ts';
import { sendMethodNotAllowed } from './answers.ts';
import { handlerOptions } from './handler-options.ts';
import { openApiText } from './openapi-document.ts';
import { type BodyLimits, readJson } from './request-body.ts';

export const apiPrefix = '/api/v1';

/**
 * The contract under /api/v1. Words in queries and paths become the numbers and booleans that the contract asks for;
 * streams go as server-sent events, Blobs as their bytes. Bodies are JSON and nothing else: the other types are those
 * that a form on a foreign page could send.
 */
export class OpenApi {
  readonly #handler;
  readonly #routes = apiRoutes();
  readonly #bodyLimits: BodyLimits;
  #document: Promise<string> | undefined;

  constructor(router: AnyRouter, log: Logger, bodyLimits: BodyLimits) {
    const { clientInterceptors, ...options } = handlerOptions(log);
    this.#bodyLimits = bodyLimits;
    this.#handler = new OpenAPIHandler(router, {
      ...options,
      // The plugin puts itself before these in the array that it is given.
      clientInterceptors: [...clientInterceptors],
      plugins: [new SmartCoercionPlugin({ schemaConverters: [new ZodToJsonSchemaConverter()] })],
    });
  }

  async answer(request: IncomingMessage, response: ServerResponse, pathname: string): Promise<void> {
    if (pathname === `${apiPrefix}/openapi.json`) {
      if (request.method !== 'GET') return sendMethodNotAllowed(response, pathname, ['GET']);
      this.#document ??= openApiText();
      response.setHeader('Content-Type', 'application/json');
      response.end(await this.#document);
      return;
    }
    const allowed = this.#routes.filter(({ pattern }) => pattern.test(pathname)).map(({ method }) => method);
    if (allowed.length > 0 && !allowed.includes(request.method ?? '')) {
      return sendMethodNotAllowed(response, pathname, [...new Set(allowed)]);
    }
    // Reading the body here leaves oRPC's reader nothing to do; it takes `body` where there is one.
    const body = await readJson(request, response, this.#bodyLimits);
    await this.#handler.handle(Object.assign(request, { body: body ?? null }), response, {
      prefix: apiPrefix,
      context: {},
    });
  }
}

/** Every route of the contract with a pattern that its paths match. */
export function apiRoutes() {
  const routes: { method: string; path: string; pattern: RegExp }[] = [];
  traverseContractProcedures(
    { router: contract as AnyContractRouter, path: [] },
    ({ contract: procedure }) => {
      const { method = 'POST', path = '' } = procedure['~orpc'].route;
      const source = path.replace(/[.]/g, '\\.').replace(/\{[^}]+\}/g, '[^/]+');
      routes.push({ method, path: `${apiPrefix}${path}`, pattern: new RegExp(`^${apiPrefix}${source}$`) });
    },
  );
  return routes;
}
