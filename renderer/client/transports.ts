import type { ClientContext, ClientLink } from '@orpc/client';
import { RPCLink as MessagePortLink } from '@orpc/client/message-port';
import { RPCLink as WebSocketLink } from '@orpc/client/websocket';
import { portChannel } from '../../app/contract/shell-protocol.ts';
import { wireSerializers } from '../../app/contract/wire-serializers.ts';

/** One open way to the core. `closed` settles when it ends, whoever ended it. */
export interface Transport {
  readonly link: ClientLink<ClientContext>;
  readonly closed: Promise<void>;
}

/** Opens a way to the core; rejects where nobody answers. */
export type OpenTransport = () => Promise<Transport>;

type Socket = Pick<WebSocket, 'addEventListener' | 'removeEventListener' | 'send' | 'readyState'> & {
  binaryType: BinaryType;
};

/** The browser's way: a WebSocket to the host that served the page. */
export function webSocketTransport(createSocket: () => Socket): OpenTransport {
  return () =>
    new Promise((resolve, reject) => {
      const socket = createSocket();
      socket.binaryType = 'arraybuffer';
      const closed = new Promise<void>((settle) => {
        socket.addEventListener('close', () => settle(), { once: true });
      });
      closed.then(() => reject(new Error('The connection closed before it opened.')));
      socket.addEventListener(
        'open',
        () =>
          resolve({
            link: new WebSocketLink({ websocket: socket, customJsonSerializers: wireSerializers }),
            closed,
          }),
        { once: true },
      );
    });
}

/** A port whose other side the core serves. */
export function portTransport(port: MessagePort): Transport {
  const closed = new Promise<void>((settle) => {
    port.addEventListener('close', () => settle(), { once: true });
  });
  const link = new MessagePortLink({ port, customJsonSerializers: wireSerializers });
  port.start();
  return { link, closed };
}

/**
 * The desktop's way: the shell posts a port to the page after it loaded, and another whenever a new core took the
 * place of one that died. Listens from the call on, so that no port is missed before the first `open`.
 */
export function desktopTransport(): OpenTransport {
  let waiting: MessagePort | undefined;
  let wake: (() => void) | undefined;
  window.addEventListener('message', (event) => {
    const [port] = event.ports;
    const isShell = event.source === window && event.origin === window.location.origin;
    if (!isShell || event.data !== portChannel || !port) return;
    waiting = port;
    wake?.();
  });
  return async () => {
    while (!waiting) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    const port = waiting;
    waiting = undefined;
    return portTransport(port);
  };
}

/** The way that fits where the page runs. */
export function pageTransport(): OpenTransport {
  if (window.location.protocol === 'lathe:') return desktopTransport();
  const url = new URL('/rpc', window.location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return webSocketTransport(() => new WebSocket(url));
}
