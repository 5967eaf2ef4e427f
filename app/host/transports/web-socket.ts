import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { AnyRouter } from '@orpc/server';
import type { EncodedMessage } from '@orpc/standard-server-peer';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { Logger } from '../../kernel/logger.ts';
import { RpcPeers } from './rpc-peer.ts';

export interface WebSocketLimits {
  readonly connections: number;
  /** The largest message a client may send. */
  readonly messageBytes: number;
  /** How much may wait for one client that reads too slowly before it is cut off. */
  readonly unsentBytes: number;
  readonly pingMs: number;
}

export const webSocketLimits: WebSocketLimits = {
  connections: 64,
  messageBytes: 64 * 2 ** 20,
  unsentBytes: 128 * 2 ** 20,
  pingMs: 30_000,
};

/** Above this a stream waits for the client before its next item, so that a slow reader slows only its own streams. */
const unhurriedBytes = 2 ** 20;
const closeMs = 500;

/** The router over WebSockets. Who may connect is decided before `upgrade` is called. */
export class RpcSockets {
  readonly #server: WebSocketServer;
  readonly #peers: RpcPeers;
  readonly #limits: WebSocketLimits;
  readonly #log: Logger;

  constructor(router: AnyRouter, log: Logger, limits: WebSocketLimits) {
    this.#limits = limits;
    this.#log = log;
    this.#peers = new RpcPeers(router, log);
    this.#server = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      maxPayload: limits.messageBytes,
    });
  }

  get isFull(): boolean {
    return this.#server.clients.size >= this.#limits.connections;
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, socket, head, (client) => this.#serve(client));
  }

  #serve(client: WebSocket): void {
    client.on('error', (error) => this.#log.warn('a WebSocket failed', { reason: error.message }));
    this.#watchLiveness(client);
    const peer = this.#peers.connect((message) => this.#send(client, message));
    client.on('message', (data: RawData, isBinary: boolean) => {
      // `binaryType` is left at its default, which gives one Buffer.
      void peer.receive(isBinary ? (data as Buffer) : data.toString());
    });
    client.on('close', () => peer.close());
  }

  #send(client: WebSocket, data: EncodedMessage): Promise<void> | undefined {
    if (client.readyState !== client.OPEN) return undefined;
    if (client.bufferedAmount > this.#limits.unsentBytes) {
      this.#log.warn('a client did not read and was cut off', { unsentBytes: client.bufferedAmount });
      client.terminate();
      return undefined;
    }
    if (client.bufferedAmount < unhurriedBytes) {
      client.send(data);
      return undefined;
    }
    return new Promise((resolve) => client.send(data, () => resolve()));
  }

  /** A client whose machine went to sleep or whose cable was pulled says nothing: ask, and let go of the silent. */
  #watchLiveness(client: WebSocket): void {
    let isAlive = true;
    client.on('pong', () => (isAlive = true));
    client.on('message', () => (isAlive = true));
    const timer = setInterval(() => {
      if (!isAlive) return client.terminate();
      isAlive = false;
      client.ping();
    }, this.#limits.pingMs);
    client.on('close', () => clearInterval(timer));
  }

  /** Say goodbye to every client, and cut off those that do not answer. */
  async close(): Promise<void> {
    const clients = [...this.#server.clients];
    await Promise.all(
      clients.map(
        (client) =>
          new Promise<void>((resolve) => {
            const timer = setTimeout(() => client.terminate(), closeMs);
            client.once('close', () => {
              clearTimeout(timer);
              resolve();
            });
            client.close(1001, 'Lathe is closing');
          }),
      ),
    );
    this.#server.close();
  }
}
