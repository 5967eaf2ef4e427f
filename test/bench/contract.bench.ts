import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { MessageChannel } from 'node:worker_threads';
import WebSocket, { WebSocketServer } from 'ws';
import type { ModelVersionId } from '../../app/contract/ids.ts';
import type { LatheClient } from '../../app/contract/index.ts';
import { createApplicationServer } from '../../app/host/transports/application-server.ts';
import { connectWebSocket, messagePortClient, openApiClient } from '../../app/host/transports/clients.ts';
import { connectMessagePort } from '../../app/host/transports/message-port.ts';
import { newId } from '../../app/kernel/new-id.ts';
import { MemoryLog } from '../support/memory-log.ts';
import { stubRouter } from '../support/stub-router.ts';
import type { Bench, BenchRow } from './bench.ts';

const calls = 2000;
const warmUp = 300;
const transfers = 9;
const token = 'a-token-for-benchmarks-only';
const bytes = new Uint8Array(10_000_000).map((_, index) => index * 31);
const project = { id: newId(), name: 'digits', current: true, datasets: 1, runs: 2, models: 3, createdAt: 1 };

const router = stubRouter({
  projects: { get: () => project },
  models: { bytes: () => new Blob([bytes]) },
});

/** Median milliseconds of one call after another. */
async function median(count: number, warm: number, call: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let index = -warm; index < count; index += 1) {
    const start = performance.now();
    await call();
    if (index >= 0) times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)] as number;
}

async function measure(client: LatheClient) {
  const roundTripMs = await median(calls, warmUp, () => client.projects.get({ project: 'digits' }));
  const id = newId<ModelVersionId>();
  const bytesMs = await median(transfers, 2, async () => (await client.models.bytes({ id })).arrayBuffer());
  return { roundTripMs, bytesMs };
}

/** What the wire itself costs: ws alone, with messages of the same size. */
async function rawWebSocket() {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  await once(server, 'listening');
  const small = JSON.stringify({ i: '1', p: { b: { json: project } } });
  server.on('connection', (socket) =>
    socket.on('message', (data) => socket.send(String(data) === 'b' ? bytes : small)),
  );
  const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, {
    perMessageDeflate: false,
  });
  await once(socket, 'open');
  const ask = (what: string) => {
    const answer = once(socket, 'message');
    socket.send(what);
    return answer;
  };
  const question = JSON.stringify({ i: '1', p: { u: '/projects/get', b: { json: { project: 'digits' } } } });
  const roundTripMs = await median(calls, warmUp, async () => JSON.parse(String((await ask(question))[0])));
  const bytesMs = await median(transfers, 2, () => ask('b'));
  socket.terminate();
  server.close();
  return { roundTripMs, bytesMs };
}

/** What HTTP itself costs: node:http that answers the same bytes, asked with the same fetch. */
async function rawHttp() {
  const body = JSON.stringify(project);
  const server = http.createServer((request, response) => {
    response.setHeader(
      'Content-Type',
      request.url === '/bytes' ? 'application/octet-stream' : 'application/json',
    );
    response.end(request.url === '/bytes' ? bytes : body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const roundTripMs = await median(calls, warmUp, async () => (await fetch(`${url}/json`)).json());
  const bytesMs = await median(transfers, 2, async () =>
    (await (await fetch(`${url}/bytes`)).blob()).arrayBuffer(),
  );
  server.close();
  server.closeAllConnections();
  return { roundTripMs, bytesMs };
}

function rows(
  name: string,
  ours: Awaited<ReturnType<typeof measure>>,
  peer?: { name: string } & typeof ours,
): BenchRow[] {
  const row = (what: string, value: number, raw: number | undefined): BenchRow => ({
    what,
    ours: value,
    oursUnit: 'ms',
    ...(peer && raw !== undefined ? { peer: { name: peer.name, value: raw }, ratio: value / raw } : {}),
  });
  return [
    row(`${name}: round trip of one call, p50`, ours.roundTripMs, peer?.roundTripMs),
    row(`${name}: 10 MB of bytes, p50`, ours.bytesMs, peer?.bytesMs),
  ];
}

export const bench: Bench = {
  name: 'contract',
  title: 'The contract, call by call, over each transport',
  async run() {
    const log = new MemoryLog();
    const { port1, port2 } = new MessageChannel();
    connectMessagePort(router, port1, log);
    const port = messagePortClient(port2);
    const overPort = await measure(port.client);
    await port.close();

    const server = createApplicationServer({
      router,
      rendererFolder: null,
      token: () => token,
      workspaceId: newId(),
      host: '127.0.0.1',
      port: 0,
      log,
      uploads: { receive: () => new Promise(() => {}) },
      version: '0.0.0',
    });
    const url = await server.listen();
    const socket = await connectWebSocket({ url, token });
    const overSocket = await measure(socket.client);
    await socket.close();
    const overHttp = await measure(openApiClient({ url, token }));
    await server.close();

    return [
      ...rows('MessagePort', overPort),
      ...rows('WebSocket', overSocket, { name: 'ws alone', ...(await rawWebSocket()) }),
      ...rows('OpenAPI', overHttp, { name: 'node:http alone', ...(await rawHttp()) }),
    ];
  },
};
