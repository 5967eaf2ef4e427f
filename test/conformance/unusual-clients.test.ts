import { EventEmitter, once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { describe, expect, it, vi } from 'vitest';
import WebSocket from 'ws';
import { createApplicationServer } from '../../app/host/transports/application-server.ts';
import { connectWebSocket, messagePortClient } from '../../app/host/transports/clients.ts';
import { connectMessagePort, type MessagePortMain } from '../../app/host/transports/message-port.ts';
import { webSocketLimits } from '../../app/host/transports/web-socket.ts';
import { MemoryLog } from '../support/memory-log.ts';
import { stubRouter } from '../support/stub-router.ts';

const token = 'a-token-for-tests-only';
let released = 0;
let produced = 0;
/** 64 KiB each: more than the buffers of a socket hold. */
const manyEvents = 800;
const router = stubRouter({
  projects: { list: () => [] },
  events: {
    watch: async function* ({ input, signal }) {
      const subject = { kind: 'run', id: 'x' };
      for (let seq = 1; input.after !== undefined && seq <= manyEvents; seq += 1) {
        produced = seq;
        yield { seq, at: 0, kind: 'run.noted', subject, data: { text: 'x'.repeat(65_536) }, hash: 'h' };
      }
      await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));
      released += 1;
    },
  },
});

const garbage = ['{', 'null', '{"i":1}', new Uint8Array([255, 0, 255]), '{"i":"2","t":3,"p":{}}'];
/** A date that says it is a number: fails while the input is decoded, before any procedure is called. */
const undecodable = JSON.stringify({ i: '9', p: { u: '/projects/list', b: { json: 5, meta: [[1]] } } });

async function serve(pingMs = 30_000) {
  const log = new MemoryLog();
  const server = createApplicationServer({
    router,
    rendererFolder: null,
    token: () => token,
    workspaceId: '0'.repeat(32),
    host: '127.0.0.1',
    port: 0,
    log,
    uploads: { receive: () => new Promise(() => {}) },
    version: '0.0.0',
    limits: { webSocket: { ...webSocketLimits, pingMs } },
  });
  const url = await server.listen();
  return { url, log, close: () => server.close() };
}

async function openRaw(url: string, options: WebSocket.ClientOptions = {}) {
  const headers = { Authorization: `Bearer ${token}` };
  const socket = new WebSocket(`${url.replace('http', 'ws')}/rpc`, { headers, ...options });
  await once(socket, 'open');
  return socket;
}

describe('a client that is none of ours', () => {
  it('harms nobody with messages on a port that cannot be read', async () => {
    const log = new MemoryLog();
    const { port1, port2 } = new MessageChannel();
    connectMessagePort(router, port1, log);
    const { client, close } = messagePortClient(port2);
    for (const message of [...garbage, 7, null, { i: 1 }]) port2.postMessage(message);
    expect(await client.projects.list()).toEqual([]);
    expect(log.warnings.length).toBeGreaterThan(3);
    expect(log.errors).toEqual([]);
    await close();
  });

  it('harms nobody with messages on a WebSocket that cannot be read', async () => {
    const { url, log, close } = await serve();
    const socket = await openRaw(url);
    for (const message of garbage) socket.send(message);
    const other = await connectWebSocket({ url, token });
    expect(await other.client.projects.list()).toEqual([]);
    socket.send(undecodable);
    const [answer] = await once(socket, 'message');
    expect(JSON.parse(String(answer)).p).toMatchObject({ s: 400, b: { json: { code: 'INVALID_INPUT' } } });
    expect(log.errors).toEqual([]);
    socket.terminate();
    await close();
  });

  it('holds its own stream back by not reading, and gets every item once it reads', async () => {
    const { url, close } = await serve();
    const socket = await openRaw(url);
    const seqs: number[] = [];
    socket.on('message', (data) => {
      const message = JSON.parse(String(data));
      if (message.t === 3 && message.p.e === 'message') seqs.push(message.p.d.json.seq);
    });
    socket.pause();
    produced = 0;
    socket.send(JSON.stringify({ i: '1', p: { u: '/events/watch', b: { json: { after: 1 } } } }));
    let before = -1;
    while (before !== produced || produced === 0) {
      before = produced;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(produced).toBeLessThan(manyEvents / 2);
    socket.resume();
    await vi.waitFor(() => expect(seqs).toHaveLength(manyEvents), 20_000);
    expect(seqs).toEqual(Array.from({ length: manyEvents }, (_, index) => index + 1));
    socket.terminate();
    await close();
  });

  it('is let go of with all its streams when it stays silent', async () => {
    const { url, close } = await serve(30);
    const before = released;
    const socket = await openRaw(url, { autoPong: false });
    socket.send(JSON.stringify({ i: '1', p: { u: '/events/watch', b: { json: {} } } }));
    await once(socket, 'close');
    await vi.waitFor(() => expect(released).toBe(before + 1));
    await close();
  });
});

describe('a port of Electron', () => {
  it('is served although its events carry the message in data', async () => {
    const { port1, port2 } = new MessageChannel();
    const events = new EventEmitter();
    port1.on('message', (data) => events.emit('message', { data }));
    port1.on('close', () => events.emit('close'));
    const main: MessagePortMain = {
      on: (event: string, listener: (event: { data: unknown }) => void) => events.on(event, listener),
      postMessage: (message) => port1.postMessage(message),
      start: () => port1.start(),
      close: () => port1.close(),
    };
    connectMessagePort(router, main, new MemoryLog());
    const { client, close } = messagePortClient(port2);
    expect(await client.projects.list()).toEqual([]);
    await close();
  });
});
