import http from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes } from '../../app/interop/open-inference/routes.ts';
import { scalingModel } from '../support/onnx-models.ts';
import { createInferenceFixture, TOKEN } from './inference-fixture.ts';

type Fixture = Awaited<ReturnType<typeof createInferenceFixture>>;
type Headers = Readonly<Record<string, string>>;

let fixture: Fixture;
beforeAll(async () => {
  fixture = await createInferenceFixture();
  await fixture.serve('m', scalingModel(2));
});
afterAll(() => fixture.close());

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'];
const paths = [
  ...new Set(routes.map(({ path }) => path.replace('{name}', 'm').replace('{version}', '1'))),
  '/',
  '/v2/none',
];
const answered = new Map<string, readonly string[]>(
  paths.map((path) => [
    path,
    routes
      .filter((route) => route.path.replace('{name}', 'm').replace('{version}', '1') === path)
      .map(({ method }) => method),
  ]),
);
const body = JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 3], data: [1, 2, 3] }] });

/** fetch sets Host and Sec-Fetch headers itself, so these requests are written by hand. */
function ask(
  method: string,
  path: string,
  headers: Headers,
): Promise<{ status: number; text: string; headers: http.IncomingHttpHeaders }> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      { host: '127.0.0.1', port: fixture.port, method, path, headers, setHost: false },
      (response) => {
        let text = '';
        response
          .on('data', (chunk) => (text += chunk))
          .on('end', () => resolve({ status: response.statusCode!, text, headers: response.headers }));
      },
    );
    request.on('error', reject);
    request.end(method === 'POST' ? body : undefined);
  });
}

const hosts = () => ({
  good: [`127.0.0.1:${fixture.port}`, `localhost:${fixture.port}`, `[::1]:${fixture.port}`],
  bad: [
    'evil.example',
    '127.0.0.1',
    `127.0.0.1:${fixture.port + 1}`,
    `127.0.0.1.evil.example:${fixture.port}`,
  ],
});
const token = { authorization: `Bearer ${TOKEN}` };
const foreign: Headers[] = [
  { origin: 'http://evil.example' },
  { origin: 'null' },
  { origin: 'http://127.0.0.1:1' },
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate' },
];
const badTokens: Headers[] = [
  {},
  { authorization: 'Bearer wrong' },
  { authorization: `Basic ${TOKEN}` },
  { cookie: `lathe=${TOKEN}` },
  { authorization: '' },
];

describe.each(paths)('%s', (path) => {
  it.each(methods)('%s is refused to a foreign Host, a foreign page and a wrong token', async (method) => {
    const { good, bad } = hosts();
    for (const host of bad) expect((await ask(method, path, { host, ...token })).status).toBe(403);
    for (const headers of foreign)
      expect((await ask(method, path, { host: good[0]!, ...token, ...headers })).status).toBe(403);
    for (const headers of badTokens) {
      const answer = await ask(method, path, { host: good[0]!, ...headers });
      expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, 'Bearer']);
    }
  });

  it('answers its own methods, and no other, to whoever has all three', async () => {
    for (const host of hosts().good) {
      for (const method of methods) {
        const { status } = await ask(method, path, {
          host,
          ...token,
          origin: `http://${host}`,
          'sec-fetch-site': 'same-origin',
        });
        const allowed = answered.get(path)!;
        expect([method, status]).toEqual([
          method,
          allowed.length === 0 ? 404 : allowed.includes(method) ? 200 : 405,
        ]);
      }
    }
  });
});

it('a query cannot carry the token, and no answer invites another site', async () => {
  const host = hosts().good[0]!;
  expect((await ask('GET', `/v2?token=${TOKEN}`, { host })).status).toBe(401);
  const { headers } = await ask('GET', '/v2', { host, ...token, origin: `http://${host}` });
  expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
});

it('an upgrade is not answered as one', async () => {
  const host = hosts().good[0]!;
  const { status } = await ask('GET', '/v2', { host, ...token, connection: 'Upgrade', upgrade: 'websocket' });
  expect(status).not.toBe(101);
  expect((await ask('GET', '/v2', { host, connection: 'Upgrade', upgrade: 'websocket' })).status).toBe(401);
});
