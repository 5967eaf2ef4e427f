import type { MessagePort } from 'node:worker_threads';
import type { AnyRouter } from '@orpc/server';
import type { EncodedMessage } from '@orpc/standard-server-peer';
import type { Logger } from '../../kernel/logger.ts';
import { RpcPeers } from './rpc-peer.ts';

/** Electron's MessagePortMain: events of an EventEmitter that carry `{ data }`. */
export interface MessagePortMain {
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  postMessage(message: unknown): void;
  start(): void;
  close(): void;
}

export type ServedPort = MessagePort | MessagePortMain;

/**
 * Serve the router over a port, from Node (`worker_threads`) or Electron (`MessagePortMain`), until either side closes
 * it; then the signal of every call in progress aborts. Messages travel encoded, as over the WebSocket, and not by
 * structured clone: oRPC wraps a Blob in FormData, which cannot be cloned, so its `experimental_transfer` would lose
 * exactly the outputs that it is meant for.
 */
export function connectMessagePort(router: AnyRouter, port: ServedPort, log: Logger): { close(): void } {
  const peer = new RpcPeers(router, log).connect((message) => port.postMessage(message));
  // A message of another type fails as one that cannot be read.
  const receive = (data: unknown) => void peer.receive(data as EncodedMessage);
  if (isNodePort(port)) port.on('message', receive);
  else port.on('message', (message) => receive(message.data));
  port.on('close', () => peer.close());
  port.start();
  return { close: () => port.close() };
}

function isNodePort(port: ServedPort): port is MessagePort {
  return 'addEventListener' in port;
}
