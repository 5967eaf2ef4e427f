import http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { AppError } from '../../kernel/app-error.ts';
import { guard, loopbackHosts } from '../http-guard.ts';
import { findRoute, MethodNotAllowed } from './find-route.ts';
import { ProtocolError } from './protocol-error.ts';
import { BodyReader } from './request-body.ts';
import { json, type Reply } from './routes.ts';
import type { ServedModels } from './served-models.ts';

export interface InferenceHttpOptions {
  readonly models: ServedModels;
  readonly tokenHashes: () => readonly Uint8Array[];
  readonly version: string;
  /** Most bytes of one body. */
  readonly bodyLimitBytes?: number;
  readonly headersTimeoutMs?: number;
  /** For a whole request to arrive, so that a slow sender does not hold a connection for ever. */
  readonly requestTimeoutMs?: number;
}

export interface InferenceHttp {
  /** The port; differs from the asked one where that was 0. @throws AppError PORT_TAKEN */
  listen(port: number): Promise<number>;
  close(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';
/** How long the rest of a refused body is taken in and thrown away. */
const DISCARD_MS = 2000;
const DEFAULT_BODY_LIMIT_BYTES = 64 * 1024 * 1024;

/**
 * The Open Inference Protocol v2 over HTTP, on loopback. Every request, whatever its path and method, first passes the
 * guard (Host, Origin, Sec-Fetch-Site, token); nothing is answered before, health not excepted.
 */
export function createInferenceHttp(options: InferenceHttpOptions): InferenceHttp {
  const { models, tokenHashes, version, bodyLimitBytes = DEFAULT_BODY_LIMIT_BYTES } = options;
  const { headersTimeoutMs = 10_000, requestTimeoutMs = 120_000 } = options;
  const bodies = new BodyReader(bodyLimitBytes);
  let hosts: readonly string[] = [];
  const server = http.createServer({
    maxHeaderSize: 16 * 1024,
    headersTimeout: Math.min(headersTimeoutMs, requestTimeoutMs),
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: Math.min(1000, requestTimeoutMs),
  });
  server.maxConnections = 1024;
  server.on('clientError', refuseBroken);
  server.on('request', (request, response) => {
    void answer(request).then((reply) => send(request, response, reply));
  });

  async function answer(request: http.IncomingMessage): Promise<Reply> {
    const verdict = guard(request, { hosts: () => hosts, tokenHashes });
    if (!verdict.ok) {
      const challenge: Record<string, string> =
        verdict.status === 401 ? { 'www-authenticate': 'Bearer' } : {};
      return json(verdict.status, { error: `${verdict.message} ${verdict.nextStep}` }, challenge);
    }
    try {
      const { route, parameters } = findRoute(request.method ?? '', request.url ?? '');
      return await route.handle({ request, parameters, models, version, body: () => bodies.read(request) });
    } catch (error) {
      if (error instanceof MethodNotAllowed)
        return json(405, { error: error.message }, { allow: error.allowed });
      if (error instanceof ProtocolError) {
        return json(
          error.status,
          { error: error.message },
          error.status === 503 ? { 'retry-after': '1' } : {},
        );
      }
      console.error(error);
      return json(500, { error: 'Lathe made a mistake while it answered; its log has the details.' });
    }
  }

  return {
    async listen(port) {
      await new Promise<void>((resolve, reject) => {
        server.once('error', (error) => reject(listenFault(error, port)));
        server.listen(port, LOOPBACK, resolve);
      });
      const bound = (server.address() as AddressInfo).port;
      hosts = loopbackHosts(bound);
      return bound;
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function send(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  reply: Reply,
): Promise<void> {
  if (response.destroyed) return;
  const length = reply.body.reduce((sum, piece) => sum + piece.byteLength, 0);
  const unread = !request.complete;
  response.writeHead(reply.status, {
    ...securityHeaders,
    ...reply.headers,
    ...(unread && { connection: 'close' }),
    'content-length': String(length),
  });
  for (const piece of reply.body) response.write(piece);
  // Closing while the client still sends would reset the connection and lose the reply: let it finish for a while.
  if (unread) await discarded(request);
  response.end();
}

function discarded(request: http.IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, DISCARD_MS);
    request.once('close', resolve).once('end', resolve).resume();
    request.once('close', () => clearTimeout(timer));
  });
}

const securityHeaders = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
};

/** What never became a request: broken framing, headers too large, too slow. */
function refuseBroken(error: NodeJS.ErrnoException, socket: Socket): void {
  if (socket.destroyed || !socket.writable) return;
  const [status, message] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ['431 Request Header Fields Too Large', 'The headers are larger than 16 KiB.']
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ['408 Request Timeout', 'The request did not arrive in time.']
        : ['400 Bad Request', 'This is not an HTTP request.'];
  const body = JSON.stringify({ error: message });
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

function listenFault(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') return error;
  const why = error.code === 'EACCES' ? 'may not be used by this user' : 'is used by another program';
  return new AppError('PORT_TAKEN', `Port ${port}, where endpoints answer, ${why}.`, {
    nextStep: `Stop the program that listens on port ${port}, or choose another inference port in the settings.`,
    details: { port },
  });
}
