import { MessageChannel } from 'node:worker_threads';
import type { AnyRouter } from '@orpc/server';
import { createApplicationServer } from '../../app/host/transports/application-server.ts';
import {
  connectWebSocket,
  inProcessClient,
  messagePortClient,
  openApiClient,
} from '../../app/host/transports/clients.ts';
import { connectMessagePort } from '../../app/host/transports/message-port.ts';
import type { MemoryLog } from '../support/memory-log.ts';
import { describeTransport } from './transport.conformance.ts';

const token = 'a-token-for-tests-only';

async function startServer(router: AnyRouter, log: MemoryLog) {
  const server = createApplicationServer({
    router,
    rendererFolder: null,
    token: () => token,
    workspaceId: '0123456789abcdef0123456789abcdef',
    host: '127.0.0.1',
    port: 0,
    log,
    uploads: { receive: async (name) => ({ id: 'x', name, sizeBytes: 0 }) },
    version: '0.0.0',
  });
  await server.listen();
  return server;
}

describeTransport({
  name: 'MessagePort',
  hasWire: true,
  async serve(router, log) {
    return {
      async connect() {
        const { port1, port2 } = new MessageChannel();
        const served = connectMessagePort(router, port1, log);
        const connection = messagePortClient(port2);
        return { ...connection, cut: () => served.close() };
      },
      close: async () => {},
    };
  },
});

describeTransport({
  name: 'WebSocket',
  hasWire: true,
  async serve(router, log) {
    const server = await startServer(router, log);
    return {
      connect: async () => {
        return connectWebSocket({ url: server.url, token });
      },
      close: () => server.close(),
    };
  },
});

describeTransport({
  name: 'OpenAPI',
  hasWire: true,
  async serve(router, log) {
    const server = await startServer(router, log);
    return {
      connect: async () => ({ client: openApiClient({ url: server.url, token }), close: async () => {} }),
      close: () => server.close(),
    };
  },
});

describeTransport({
  name: 'a call in the same process',
  hasWire: false,
  async serve(router, log) {
    return {
      connect: async () => ({ client: inProcessClient(router, log), close: async () => {} }),
      close: async () => {},
    };
  },
});
