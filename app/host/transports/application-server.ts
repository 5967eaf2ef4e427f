import { chmod, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, ListenOptions } from 'node:net';
import type { Duplex } from 'node:stream';
import type { AnyRouter } from '@orpc/server';
import { isMlflowPath } from '../../interop/mlflow/mlflow-http.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Logger } from '../../kernel/logger.ts';
import { commonHeaders, sendError, sendMethodNotAllowed } from './answers.ts';
import { BrowserSession } from './browser-session.ts';
import { type DataFiles, datasetOfFileRoute, sendDataFile } from './data-file-route.ts';
import { Doorkeeper } from './doorkeeper.ts';
import { wireError, wireErrors } from './error-mapping.ts';
import { bracketed, hostNames, listenFault } from './listener-names.ts';
import { type MlflowParts, mountMlflow } from './mlflow-mount.ts';
import { apiPrefix, OpenApi } from './open-api.ts';
import { RendererFiles } from './renderer-files.ts';
import { receiveUpload, type Uploads } from './upload-route.ts';
import { RpcSockets, type WebSocketLimits, webSocketLimits } from './web-socket.ts';

export interface ApplicationServerLimits {
  /** The largest JSON body under /api/v1. */
  readonly bodyBytes: number;
  readonly uploadBytes: number;
  /** How long a sender of a body may be silent. */
  readonly bodyIdleMs: number;
  /** How long a client may take to send its headers. */
  readonly headersMs: number;
  readonly headers: number;
  readonly connections: number;
  /** How long `close` waits for requests that are being answered. */
  readonly closeMs: number;
  readonly webSocket: WebSocketLimits;
}

export const applicationServerLimits: ApplicationServerLimits = {
  bodyBytes: 2 ** 20,
  uploadBytes: 64 * 2 ** 30,
  bodyIdleMs: 60_000,
  headersMs: 10_000,
  headers: 100,
  connections: 2048,
  closeMs: 1000,
  webSocket: webSocketLimits,
};

export interface ApplicationServerOptions {
  readonly router: AnyRouter;
  /** The built screens; null for a host that serves programs only. */
  readonly rendererFolder: string | null;
  /** The workspace's token, read at every request. */
  readonly token: () => string;
  readonly workspaceId: string;
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  readonly log: Logger;
  readonly uploads: Uploads;
  /** Bytes of data set files; without it their address is not there. */
  readonly dataFiles?: DataFiles;
  /** What MLflow's clients log to; without it their addresses are not there. */
  readonly mlflow?: MlflowParts;
  /** Lathe's version, told to those who may ask. */
  readonly version: string;
  readonly limits?: Partial<ApplicationServerLimits>;
}

export interface ApplicationServer {
  /** Where it listens, without the token, for example `http://127.0.0.1:4780`. */
  readonly url: string;
  /** Listen on host and port and return `url`. PORT_TAKEN where somebody else does. */
  listen(): Promise<string>;
  /** Listen on a socket in the workspace too; every request needs the token there as well. */
  listenSocket(socketPath: string): Promise<void>;
  /** Stop listening, end streams and sockets, let requests in progress finish for a moment. */
  close(): Promise<void>;
}

/**
 * The server of people and programs: screens, the contract over WebSocket (`/rpc`) and over HTTP (`/api/v1`), uploads, and
 * MLflow's protocol (`/api/2.0/…`).
 * Everything is refused unless host, origin and token are right, on every method, path and upgrade alike.
 */
export function createApplicationServer(options: ApplicationServerOptions): ApplicationServer {
  const { router, log } = options;
  const limits = { ...applicationServerLimits, ...options.limits };
  const errors = wireErrors(log);
  const session = new BrowserSession(options.workspaceId, options.token);
  const api = new OpenApi(router, log, { bytes: limits.bodyBytes, idleMs: limits.bodyIdleMs });
  const sockets = new RpcSockets(router, log, limits.webSocket);
  const renderer = options.rendererFolder === null ? null : new RendererFiles(options.rendererFolder);
  const mlflow = options.mlflow && mountMlflow(options.mlflow, log, limits);
  const servers: Server[] = [];
  let port = options.port;

  const inNetwork = new Doorkeeper({
    hosts: () => hostNames(options.host, port),
    token: options.token,
    session,
  });
  const inWorkspace = new Doorkeeper({
    hosts: () => ['localhost', 'lathe.sock'],
    token: options.token,
    session,
  });

  async function answer(request: IncomingMessage, response: ServerResponse, door: Doorkeeper): Promise<void> {
    for (const [name, value] of Object.entries(commonHeaders)) response.setHeader(name, value);
    const target = door.admit(request, response, limits.headers);
    if (target === undefined) return;
    const { pathname, query } = target;
    if (pathname === '/rpc') {
      throw new AppError('NOT_FOUND', '/rpc speaks WebSocket.', { nextStep: 'Connect with ws:// there.' });
    }
    if (pathname === apiPrefix || pathname.startsWith(`${apiPrefix}/`)) {
      response.setHeader('Lathe-Version', options.version);
      const dataset = options.dataFiles && datasetOfFileRoute(pathname);
      if (dataset !== undefined) return sendDataFile(request, response, dataset, query, options.dataFiles!);
      if (pathname !== `${apiPrefix}/uploads`) return api.answer(request, response, pathname);
      if (request.method !== 'PUT') return sendMethodNotAllowed(response, pathname, ['PUT']);
      const bytes = limits.uploadBytes;
      return receiveUpload(request, response, query, options.uploads, { bytes, idleMs: limits.bodyIdleMs });
    }
    if (mlflow && isMlflowPath(target.sentPath)) return mlflow.answer(request, response, target);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return sendMethodNotAllowed(response, pathname, ['GET', 'HEAD']);
    }
    if (await renderer?.answer(request, response, pathname)) return;
    throw new AppError('NOT_FOUND', `There is nothing at ${pathname}.`, {
      nextStep: renderer ? 'Open / in a browser.' : 'This Lathe was started without screens; use /api/v1.',
    });
  }

  function handle(door: Doorkeeper) {
    return (request: IncomingMessage, response: ServerResponse) => {
      answer(request, response, door).catch((error) => {
        sendError(response, errors.toWire(error, [request.method ?? '', request.url ?? ''], undefined));
      });
    };
  }

  function upgrade(door: Doorkeeper) {
    return (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on('error', () => socket.destroy());
      const refusal =
        door.refuseUpgrade(request, limits.headers) ??
        (sockets.isFull ? wireError('NOT_READY', 'Too many windows of Lathe are open.') : undefined);
      if (refusal === undefined) return sockets.upgrade(request, socket, head);
      const body = JSON.stringify(refusal.toJSON());
      socket.end(
        `HTTP/1.1 ${refusal.status} Refused\r\nConnection: close\r\nContent-Type: application/json\r\n` +
          `X-Content-Type-Options: nosniff\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      );
    };
  }

  function createDoor(door: Doorkeeper): Server {
    const server = createServer({
      maxHeaderSize: 16 * 1024,
      headersTimeout: limits.headersMs,
      // Uploads take as long as they take; `readBody` ends those that fall silent.
      requestTimeout: 0,
      connectionsCheckingInterval: Math.min(1000, limits.headersMs),
      keepAliveTimeout: 5000,
      // A missing Host is refused by the doorkeeper, like a wrong one.
      requireHostHeader: false,
    });
    // Counted by the doorkeeper: Node would drop the headers beyond it unread, Host and Origin among them.
    server.maxHeadersCount = 0;
    server.maxConnections = limits.connections;
    server.on('request', handle(door));
    server.on('checkContinue', handle(door));
    server.on('upgrade', upgrade(door));
    server.on('connect', (_request, socket) => {
      socket.end('HTTP/1.1 405 Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    });
    return server;
  }

  async function listenOn(door: Doorkeeper, where: ListenOptions): Promise<Server> {
    const server = createDoor(door);
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => reject(listenFault(error as NodeJS.ErrnoException, where)));
      server.listen(where, () => {
        server.removeAllListeners('error');
        server.on('error', (error) => log.error('the application server failed', error));
        resolve();
      });
    });
    servers.push(server);
    return server;
  }

  function url(): string {
    const isAny = options.host === '0.0.0.0' || options.host === '::';
    return `http://${isAny ? '127.0.0.1' : bracketed(options.host)}:${port}`;
  }

  return {
    get url() {
      return url();
    },
    async listen() {
      const server = await listenOn(inNetwork, { host: options.host, port: options.port });
      port = (server.address() as AddressInfo).port;
      return url();
    },
    async listenSocket(socketPath) {
      // The workspace's lock is ours, so a socket that is already there was left by a process that is gone.
      const isFile = !socketPath.startsWith('\\\\');
      if (isFile) await rm(socketPath, { force: true });
      await listenOn(inWorkspace, { path: socketPath });
      if (isFile) await chmod(socketPath, 0o600);
    },
    async close() {
      const closed = servers.splice(0).map((server) => {
        const done = new Promise<void>((resolve) => server.close(() => resolve()));
        server.closeIdleConnections();
        const timer = setTimeout(() => server.closeAllConnections(), limits.closeMs);
        return done.finally(() => clearTimeout(timer));
      });
      await Promise.all([sockets.close(), ...closed]);
    },
  };
}
