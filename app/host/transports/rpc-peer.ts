import type { AnyRouter } from '@orpc/server';
import { StandardRPCHandler } from '@orpc/server/standard';
import { createServerPeerHandleRequestFn } from '@orpc/server/standard-peer';
import { type EncodedMessage, ServerPeer } from '@orpc/standard-server-peer';
import type { Logger } from '../../kernel/logger.ts';
import { handlerOptions } from './handler-options.ts';

export interface RpcPeer {
  /** A message that came. One that cannot be read is logged and otherwise without effect; never rejects. */
  receive(message: EncodedMessage): Promise<void>;
  /** The other side is gone: the signal of every call in progress aborts. */
  close(): void;
}

/**
 * The router for channels of messages, whatever carries them. oRPC's own adapters for WebSocket and MessagePort let a
 * message that cannot be decoded end in the console or in an unhandled rejection, which would end the process.
 */
export class RpcPeers {
  readonly #handle;
  readonly #log: Logger;

  constructor(router: AnyRouter, log: Logger) {
    const handler = new StandardRPCHandler(router, handlerOptions(log));
    // Without a `context` here every request gets an object of its own, which the error mapping relies on.
    this.#handle = createServerPeerHandleRequestFn(handler, {});
    this.#log = log;
  }

  /** @param send awaited before the next item of a stream is taken, so that it may hold a stream back */
  connect(send: (message: EncodedMessage) => void | Promise<void>): RpcPeer {
    const peer = new ServerPeer(async (message) => send(message));
    return {
      receive: async (message) => {
        try {
          await peer.message(message, this.#handle);
        } catch (error) {
          this.#log.warn('a message of a client could not be handled', { reason: String(error) });
        }
      },
      close: () => peer.close(),
    };
  }
}
