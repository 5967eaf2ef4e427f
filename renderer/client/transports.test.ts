import { createORPCClient } from '@orpc/client';
import { implement } from '@orpc/server';
import { RPCHandler } from '@orpc/server/message-port';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { contract, type LatheClient } from '../../app/contract/index.ts';
import { portChannel } from '../../app/contract/shell-protocol.ts';
import { ReconnectingLink } from './connect.ts';
import { desktopTransport, portTransport } from './transports.ts';

const os = implement(contract);
const settings = {
  trainingSlots: 3,
  inferencePort: 4790,
  electricityPricePerKwh: 0.31,
  currency: 'EUR',
  author: '',
};

/** A core on the other side of a channel; it never answers `events.verify`. */
function core() {
  const { port1, port2 } = new MessageChannel();
  const router = {
    system: { getSettings: os.system.getSettings.handler(() => settings) },
    events: { verify: os.events.verify.handler(() => new Promise(() => {})) },
  };
  new RPCHandler(router).upgrade(port1);
  port1.start();
  return { port: port2, end: () => port1.close() };
}

const clientOf = (link: ReconnectingLink): LatheClient => createORPCClient(link);

describe('a port to the core', () => {
  it('carries calls, and fails those in flight with NOT_READY when the core ends', async () => {
    const first = core();
    const second = core();
    const ports = [first.port, second.port];
    const link = new ReconnectingLink(async () => portTransport(ports.shift() as MessagePort));
    const client = clientOf(link);
    await expect(client.system.getSettings()).resolves.toEqual(settings);
    const inFlight = client.events.verify();
    await new Promise((resolve) => setTimeout(resolve, 20));
    first.end();
    await expect(inFlight).rejects.toMatchObject({ code: 'NOT_READY' });
    await expect(client.system.getSettings()).resolves.toEqual(settings);
    second.end();
  });
});

describe('the page in the desktop window', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('takes the port that its own shell posts, and nobody else’s', async () => {
    const page = Object.assign(new EventTarget(), { location: { origin: 'lathe://app' } });
    vi.stubGlobal('window', page);
    const open = desktopTransport();
    const post = (data: unknown, origin: string, source: unknown, ports: MessagePort[]) =>
      page.dispatchEvent(Object.assign(new Event('message'), { data, origin, source, ports }));
    const wrong = core();
    post(portChannel, 'https://elsewhere.example', page, [wrong.port]);
    post('other', 'lathe://app', page, [wrong.port]);
    post(portChannel, 'lathe://app', {}, [wrong.port]);
    const right = core();
    const opening = open();
    post(portChannel, 'lathe://app', page, [right.port]);
    const transport = await opening;
    await expect(createORPCClient<LatheClient>(transport.link).system.getSettings()).resolves.toEqual(
      settings,
    );
    right.end();
    wrong.end();
    wrong.port.close();
  });
});
