import type { MessagePort } from 'node:worker_threads';
import { createORPCClient, mapEventIterator, ORPCError } from '@orpc/client';
import { RPCLink as MessagePortLink } from '@orpc/client/message-port';
import { RPCLink as WebSocketLink } from '@orpc/client/websocket';
import { OpenAPILink } from '@orpc/openapi-client/fetch';
import { type AnyRouter, createRouterClient } from '@orpc/server';
import WebSocket from 'ws';
import { type ErrorCode, errorData, errorTable } from '../../contract/errors.ts';
import { contract, type LatheClient } from '../../contract/index.ts';
import { wireSerializers } from '../../contract/wire-serializers.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Logger } from '../../kernel/logger.ts';
import { isStream, wireErrors } from './error-mapping.ts';

export interface Connection {
  readonly client: LatheClient;
  close(): Promise<void>;
}

export interface SocketConnection extends Connection {
  /** End it at once, without a goodbye. */
  cut(): void;
}

export type WebSocketAddress =
  | { readonly url: string; readonly token: string }
  /** The socket inside a workspace that its owner listens on. */
  | { readonly socketPath: string; readonly token: string };

/**
 * Connect to a running Lathe. NOT_READY where nobody answers, UNAUTHORIZED or FORBIDDEN where it refuses. When the
 * connection ends, calls and streams in progress fail with NOT_READY; nothing connects again by itself.
 */
export async function connectWebSocket(address: WebSocketAddress): Promise<SocketConnection> {
  const where = 'url' in address ? address.url : address.socketPath;
  const target = 'url' in address ? `${address.url.replace(/^http/, 'ws')}/rpc` : `ws+unix:${where}:/rpc`;
  const socket = new WebSocket(target, {
    headers: { Authorization: `Bearer ${address.token}` },
    perMessageDeflate: false,
    maxPayload: 256 * 2 ** 20,
  });
  socket.binaryType = 'arraybuffer';
  await opened(socket, where);
  socket.on('error', () => socket.terminate());

  const lost = (error: unknown, signal: AbortSignal | undefined) => {
    if (signal?.aborted || socket.readyState === socket.OPEN || error instanceof ORPCError) return error;
    return new AppError('NOT_READY', `The connection to Lathe at ${where} ended.`, {
      nextStep: 'Look whether it still runs, and try again.',
      cause: error,
    });
  };
  const link = new WebSocketLink({
    // Node's own type of a WebSocket differs from that of ws in details that oRPC does not touch.
    websocket: socket as unknown as ConstructorParameters<typeof WebSocketLink>[0]['websocket'],
    customJsonSerializers: wireSerializers,
    interceptors: [
      async ({ next, signal }) => {
        try {
          const output = await next();
          if (!isStream(output)) return output;
          return mapEventIterator(output, {
            value: async (value: unknown) => value,
            error: async (error: unknown) => lost(error, signal),
          });
        } catch (error) {
          throw lost(error, signal);
        }
      },
    ],
  });
  return {
    client: createORPCClient<LatheClient>(link),
    cut: () => socket.terminate(),
    async close() {
      if (socket.readyState === socket.CLOSED) return;
      const ended = new Promise((resolve) => socket.once('close', resolve));
      const timer = setTimeout(() => socket.terminate(), 1000);
      socket.close();
      await ended.finally(() => clearTimeout(timer));
    },
  };
}

function opened(socket: WebSocket, where: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error) => {
      reject(
        new AppError('NOT_READY', `No Lathe answers at ${where} (${error.message}).`, {
          nextStep: 'Start it with "lathe serve".',
          details: { address: where },
          cause: error,
        }),
      );
    };
    socket.once('error', failed);
    socket.once('unexpected-response', (_request, response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', failed);
      response.on('end', () => {
        socket.terminate();
        reject(refusal(Buffer.concat(chunks).toString('utf8'), response.statusCode ?? 0, where));
      });
    });
    socket.once('open', () => {
      socket.removeAllListeners('error');
      resolve();
    });
  });
}

function refusal(body: string, status: number, where: string): AppError {
  try {
    const { code, message, data } = JSON.parse(body) as { code: string; message: string; data: unknown };
    const error = toAppError(new ORPCError(code, { status, message, data }));
    if (error instanceof AppError) return error;
  } catch {
    // Not Lathe's answer: said below.
  }
  return new AppError('NOT_READY', `What answers at ${where} is not Lathe (status ${status}).`, {
    nextStep: 'Check the address.',
    details: { address: where, status },
  });
}

/** A client over a port that `connectMessagePort` (message-port.ts) serves on its other side. */
export function messagePortClient(port: MessagePort): Connection {
  const link = new MessagePortLink({
    port: port as unknown as ConstructorParameters<typeof MessagePortLink>[0]['port'],
    customJsonSerializers: wireSerializers,
  });
  port.start();
  return {
    client: createORPCClient<LatheClient>(link),
    close: async () => port.close(),
  };
}

/** A client over /api/v1, as scripts use it. */
export function openApiClient(options: { readonly url: string; readonly token: string }): LatheClient {
  const link = new OpenAPILink(contract, {
    url: `${options.url}/api/v1`,
    headers: { Authorization: `Bearer ${options.token}` },
    customJsonSerializers: wireSerializers,
  });
  return createORPCClient<LatheClient>(link);
}

/** The router itself as a client, for a program that owns the workspace: the same errors as over a wire. */
export function inProcessClient(router: AnyRouter, log: Logger): LatheClient {
  const { aroundCall } = wireErrors(log);
  return createRouterClient(router, { interceptors: [aroundCall] }) as unknown as LatheClient;
}

/** An error as it came from a client, as the AppError that it was on the other side; anything else as it is. */
export function toAppError(error: unknown): unknown {
  if (!(error instanceof ORPCError) || !Object.hasOwn(errorTable, error.code)) return error;
  const data = errorData.safeParse(error.data);
  const { incidentId } = data.success ? data.data : {};
  return new AppError(error.code as ErrorCode, error.message, {
    ...(data.success ? { nextStep: data.data.nextStep } : {}),
    details: {
      ...(data.success ? data.data.details : {}),
      ...(incidentId === undefined ? {} : { incidentId }),
    },
    cause: error,
  });
}
