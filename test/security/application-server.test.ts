import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { contract } from '../../app/contract/index.ts';
import {
  type ApplicationServer,
  type ApplicationServerOptions,
  createApplicationServer,
} from '../../app/host/transports/application-server.ts';
import { connectWebSocket } from '../../app/host/transports/clients.ts';
import { apiRoutes } from '../../app/host/transports/open-api.ts';
import { AppError } from '../../app/kernel/app-error.ts';
import { MemoryLog } from '../support/memory-log.ts';
import { type RawAnswer, rawBytes, rawRequest } from '../support/raw-request.ts';
import { type StubHandlers, stubRouter } from '../support/stub-router.ts';

const token = 'right-token-7Qx1';
const workspaceId = '0123456789abcdef0123456789abcdef';
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

const folder = mkdtempSync(path.join(os.tmpdir(), 'lathe-security-'));
const renderer = path.join(folder, 'renderer');
const log = new MemoryLog();
let sideEffects = 0;
let server: ApplicationServer;
let port: number;
let cookie: string;

/** Every procedure of the contract counts that it was reached. */
function countingRouter() {
  const reached = () => {
    sideEffects += 1;
    throw new AppError('CONFLICT', 'reached');
  };
  const handlers = Object.fromEntries(
    Object.entries(contract).map(([domain, procedures]) => [
      domain,
      Object.fromEntries(Object.keys(procedures).map((name) => [name, reached])),
    ]),
  );
  return stubRouter(handlers as StubHandlers);
}

function start(more: Partial<ApplicationServerOptions> = {}) {
  return createApplicationServer({
    router: countingRouter(),
    rendererFolder: renderer,
    token: () => token,
    workspaceId,
    host: '127.0.0.1',
    port: 0,
    log,
    uploads: {
      async receive(name, body) {
        sideEffects += 1;
        let sizeBytes = 0;
        for await (const chunk of body) sizeBytes += chunk.byteLength;
        return { id: 'f'.repeat(32), name, sizeBytes };
      },
    },
    dataFiles: {
      async open() {
        sideEffects += 1;
        return { sizeBytes: 3, digest: 'd'.repeat(64), read: async () => Buffer.from('abc') };
      },
    },
    version: '0.0.0',
    ...more,
  });
}

beforeAll(async () => {
  mkdirSync(path.join(renderer, 'assets'), { recursive: true });
  writeFileSync(path.join(renderer, 'index.html'), '<!doctype html><title>screens</title>');
  writeFileSync(path.join(renderer, 'assets', 'index-AbCd1234.js'), 'console.log(1)');
  writeFileSync(path.join(folder, 'secret.txt'), 'secret-outside');
  symlinkSync(path.join(folder, 'secret.txt'), path.join(renderer, 'link.txt'));
  server = start();
  await server.listen();
  port = Number(new URL(server.url).port);
  const logIn = await rawRequest(port, {
    path: `/?token=${token}`,
    headers: { Host: `127.0.0.1:${port}`, Accept: 'text/html' },
  });
  cookie = String(logIn.headers['set-cookie']?.[0]).split(';')[0] as string;
});
beforeEach(() => {
  sideEffects = 0;
  log.errors.length = 0;
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

type Variant = readonly [name: string, header: string | undefined, isRight: boolean];
interface Case {
  readonly host: Variant;
  readonly origin: Variant;
  readonly site: Variant;
  readonly token: Variant;
}

function variants() {
  const hosts: Variant[] = [
    ['right', `127.0.0.1:${port}`, true],
    ['localhost', `localhost:${port}`, true],
    ['foreign', 'example.com', false],
    ['missing', undefined, false],
    ['without port', '127.0.0.1', false],
    ['foreign with our port', `attacker.example:${port}`, false],
    ['rebound name', `127.0.0.1.attacker.example:${port}`, false],
  ];
  const origins: Variant[] = [
    ['absent', undefined, true],
    ['own', `http://127.0.0.1:${port}`, true],
    ['foreign', 'https://attacker.example', false],
    ['null', 'null', false],
  ];
  const sites: Variant[] = [
    ['absent', undefined, true],
    ['same-origin', 'same-origin', true],
    ['none', 'none', true],
    ['same-site', 'same-site', false],
    ['cross-site', 'cross-site', false],
  ];
  const tokens: Variant[] = [
    ['none', undefined, false],
    ['wrong bearer', 'Bearer wrong-token', false],
    ['basic', `Basic ${Buffer.from(`x:${token}`).toString('base64')}`, false],
    ['cookie value as bearer', `Bearer ${cookie.split('=')[1]}`, false],
    ['wrong cookie', `cookie:${cookie.split('=')[0]}=wrong`, false],
    ['token as cookie', `cookie:${cookie.split('=')[0]}=${token}`, false],
    ["another workspace's cookie", `cookie:lathe-ffffffff=${cookie.split('=')[1]}`, false],
    ['right bearer', `Bearer ${token}`, true],
    ['right cookie', `cookie:${cookie}`, true],
  ];
  return { hosts, origins, sites, tokens };
}

function everyCase(): Case[] {
  const { hosts, origins, sites, tokens } = variants();
  return hosts.flatMap((host) =>
    origins.flatMap((origin) =>
      sites.flatMap((site) => tokens.map((value) => ({ host, origin, site, token: value }))),
    ),
  );
}

/** All right but for one thing, each thing once; and all right, by bearer and by cookie. */
function singleFaults(): Case[] {
  const wrong = (one: Case) =>
    [one.host, one.origin, one.site, one.token].filter(([, , isRight]) => !isRight).length;
  const plain = (one: Case) => one.host[0] !== 'localhost' && one.site[0] !== 'none';
  return everyCase().filter((one) => plain(one) && wrong(one) <= 1);
}

function headersOf(one: Case): Record<string, string> {
  const headers: Record<string, string> = {};
  if (one.host[1] !== undefined) headers.Host = one.host[1];
  if (one.origin[1] !== undefined) headers.Origin = one.origin[1];
  if (one.site[1] !== undefined) headers['Sec-Fetch-Site'] = one.site[1];
  const sent = one.token[1];
  if (sent?.startsWith('cookie:')) headers.Cookie = sent.slice('cookie:'.length);
  else if (sent !== undefined) headers.Authorization = sent;
  return headers;
}

/** What the answer must be, said without looking at how the server decides: undefined where it may come in. */
function refusalOf(one: Case, changesState: boolean): 401 | 403 | undefined {
  if (!one.host[2] || !one.origin[2] || !one.site[2]) return 403;
  if (!one.token[2]) return 401;
  const isFromOurPage = one.origin[0] === 'own' || one.site[0] === 'same-origin';
  if (one.token[0] === 'right cookie' && changesState && !isFromOurPage) return 403;
  return undefined;
}

const words = (one: Case) =>
  `host ${one.host[0]}, origin ${one.origin[0]}, site ${one.site[0]}, token ${one.token[0]}`;

function expectNothingLeaks(answer: RawAnswer) {
  expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  expect(answer.body).not.toContain(token);
  expect(answer.body).not.toMatch(/node:|\.ts:\d|\/tmp\//);
}

async function walk(cases: readonly Case[], routes: readonly { path: string; allowed: readonly string[] }[]) {
  const mistakes: string[] = [];
  const questions = routes.flatMap((route) =>
    methods.flatMap((method) => cases.map((one) => ({ route, method, one }))),
  );
  let next = 0;
  let askedInVain = 0;
  const worker = async () => {
    for (let question = questions[next++]; question; question = questions[next++]) {
      const { route, method, one } = question;
      const answer = await rawRequest(port, { method, path: route.path, headers: headersOf(one) });
      expectNothingLeaks(answer);
      const refusal = refusalOf(one, method !== 'GET' && method !== 'HEAD');
      // A method that nothing here knows may be said so before the finer questions about a cookie are asked.
      const expected = refusal ?? (route.allowed.includes(method) ? 'let in' : 405);
      const isRight =
        expected === 'let in'
          ? ![401, 403, 405].includes(answer.status)
          : answer.status === expected ||
            (method === 'OPTIONS' && one.token[2] && expected === 403 && answer.status === 405);
      if (!isRight)
        mistakes.push(`${method} ${route.path} (${words(one)}): ${answer.status}, expected ${expected}`);
      if (refusal !== undefined) askedInVain += 1;
    }
  };
  await Promise.all(Array.from({ length: 16 }, worker));
  expect(mistakes.slice(0, 10)).toEqual([]);
  return { asked: questions.length, askedInVain };
}

describe('the doors of the application server', () => {
  it('lets in only the right combination of host, origin, site and token, for every method of each kind of route', async () => {
    const { asked } = await walk(everyCase(), [
      { path: '/', allowed: ['GET', 'HEAD'] },
      { path: '/api/v1/projects', allowed: ['GET', 'POST'] },
      { path: '/api/v1/uploads?name=x.csv', allowed: ['PUT'] },
      { path: '/api/v1/datasets/digits/file?path=a.png', allowed: ['GET', 'HEAD'] },
    ]);
    expect(asked).toBe(4 * 7 * 7 * 4 * 5 * 9);
  }, 120_000);

  it('refuses every single fault on every route of the contract and every method', async () => {
    const paths = new Map<string, string[]>();
    for (const { method, path: pattern } of apiRoutes()) {
      const filled = pattern.replace(/\{[^}]+\}/g, '0'.repeat(32));
      paths.set(filled, [...(paths.get(filled) ?? []), method]);
    }
    // Concrete paths can match a route with a parameter too: `/runs/compare` is also `/runs/{run}`.
    const routes = [...paths.keys()].map((filled) => ({
      path: filled,
      allowed: apiRoutes()
        .filter(({ pattern }) => pattern.test(filled))
        .map(({ method }) => method),
    }));
    expect(routes.length).toBeGreaterThan(40);
    const faults = singleFaults().filter(
      (one) => refusalOf(one, false) !== undefined && one.origin[0] !== 'own',
    );
    await walk(faults, routes);
    expect(sideEffects).toBe(0);
    await walk(
      singleFaults().filter(
        (one) => words(one) === 'host right, origin own, site same-origin, token right bearer',
      ),
      routes,
    );
    expect(sideEffects).toBeGreaterThan(20);
  }, 120_000);

  it('opens a WebSocket for the right combination only', async () => {
    const mistakes: string[] = [];
    for (const one of everyCase()) {
      const headers = {
        ...headersOf(one),
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
      };
      const answer = await rawRequest(port, { path: '/rpc', headers });
      const expected = refusalOf(one, true) ?? 101;
      if (answer.status !== expected) mistakes.push(`${words(one)}: ${answer.status}, expected ${expected}`);
      expectNothingLeaks(answer);
    }
    expect(mistakes).toEqual([]);
  }, 60_000);

  it('upgrades nothing but /rpc', async () => {
    for (const target of ['/', '/rpc/', '/rpc?x=1', '/api/v1/projects', '//rpc', '/%72pc']) {
      const answer = await rawRequest(port, {
        path: target,
        headers: {
          ...bearer(),
          Connection: 'Upgrade',
          Upgrade: 'websocket',
          'Sec-WebSocket-Version': '13',
          'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
        },
      });
      expect([target, answer.status]).toEqual([target, 404]);
    }
  });

  it('refuses a request that names two hosts or two tokens', async () => {
    const twoHosts = await rawBytes(
      port,
      `GET /api/v1/projects HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nHost: evil\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n\r\n`,
    );
    expect(twoHosts).toMatch(/^HTTP\/1.1 40[03]/);
    const twoTokens = await rawBytes(
      port,
      `GET /api/v1/projects HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${token}\r\nAuthorization: Bearer x\r\nConnection: close\r\n\r\n`,
    );
    expect(twoTokens).toMatch(/^HTTP\/1.1 401/);
    expect(sideEffects).toBe(0);
  });

  it('refuses TRACE, CONNECT, and targets that are not a plain path', async () => {
    expect((await rawRequest(port, { method: 'TRACE', path: '/', headers: bearer() })).status).toBe(405);
    expect(await rawBytes(port, `CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 405/,
    );
    expect(
      await rawBytes(
        port,
        `OPTIONS * HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n\r\n`,
      ),
    ).toMatch(/^HTTP\/1.1 40[035]/);
    const odd = [
      '//',
      '//api/v1/projects',
      '/api//v1/projects',
      '/api/v1/../v1/projects',
      '/api/v1/./projects',
      '/%2e%2e/secret.txt',
      '/api/v1%2fprojects',
      '/a%5cb',
      '/a\\b',
      '/a%00b',
      '/a%zz',
      '/a%',
      '/api/v1/projects/',
      '/%c3%28',
    ];
    for (const target of odd) {
      const answer = await rawBytes(
        port,
        `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n\r\n`,
      );
      expect([target, answer.slice(0, 12)]).toEqual([target, 'HTTP/1.1 400']);
    }
    const absolute = await rawBytes(
      port,
      `GET http://127.0.0.1:${port}/api/v1/projects HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n\r\n`,
    );
    expect(absolute).toMatch(/^HTTP\/1.1 403/);
    expect(sideEffects).toBe(0);
  });
});

function bearer(): Record<string, string> {
  return { Host: `127.0.0.1:${port}`, Authorization: `Bearer ${token}` };
}

describe('a browser', () => {
  const page = (more: Record<string, string> = {}) => ({
    Host: `127.0.0.1:${port}`,
    Accept: 'text/html',
    'Sec-Fetch-Mode': 'navigate',
    'Sec-Fetch-Dest': 'document',
    ...more,
  });

  it('that opens the printed link gets a cookie that is not the token, and a clean address', async () => {
    const answer = await rawRequest(port, {
      path: `/runs?token=${token}&sort=name`,
      headers: page({ 'Sec-Fetch-Site': 'none' }),
    });
    expect(answer.status).toBe(303);
    expect(answer.headers.location).toBe('/runs?sort=name');
    const [set] = answer.headers['set-cookie'] ?? [];
    expect(set).toMatch(/^lathe-01234567=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict/);
    expect(set).not.toContain(token);
    expect(answer.headers['referrer-policy']).toBe('no-referrer');
    const inside = await rawRequest(port, { path: '/runs?sort=name', headers: page({ Cookie: cookie }) });
    expect(inside.status).toBe(200);
    expect(inside.body).toContain('screens');
  });

  it('that comes by a link on another site goes on from a page of ours, where its cookie counts', async () => {
    const answer = await rawRequest(port, {
      path: `/?token=${token}`,
      headers: page({ 'Sec-Fetch-Site': 'cross-site' }),
    });
    expect(answer.status).toBe(200);
    expect(answer.headers['set-cookie']?.[0]).toContain('SameSite=Strict');
    expect(answer.body).toContain('http-equiv="refresh" content="0;url=/"');
    expectNothingLeaks(answer);
  });

  it('with a wrong or no token is told in plain words how to get in, and nothing else', async () => {
    for (const target of ['/?token=wrong', '/?token=', '/', '/runs/abc']) {
      const answer = await rawRequest(port, { path: target, headers: page({ 'Sec-Fetch-Site': 'none' }) });
      expect([target, answer.status]).toEqual([target, 401]);
      expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
      expect(answer.body).toContain('lathe token');
      expect(answer.body).not.toContain('<script');
      expect(answer.headers['set-cookie']).toBeUndefined();
      expectNothingLeaks(answer);
    }
    const hostile = await rawRequest(port, { path: '/a"><script>alert(1)</script>', headers: page() });
    expect(hostile.body).not.toContain('<script');
  });

  it('cannot be logged in by a frame, a script, an image, or under another host', async () => {
    const target = `/?token=${token}`;
    const tries: Record<string, string>[] = [
      page({ 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Dest': 'iframe' }),
      page({ 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'image' }),
      page({ 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'empty' }),
      page({ Host: `attacker.example:${port}` }),
      page({ Origin: 'https://attacker.example', 'Sec-Fetch-Site': 'cross-site' }),
    ];
    for (const headers of tries) {
      const answer = await rawRequest(port, { path: target, headers });
      expect(answer.status).toBe(403);
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
    const posted = await rawRequest(port, {
      method: 'POST',
      path: target,
      headers: page({ 'Sec-Fetch-Site': 'none' }),
    });
    expect(posted.status).toBe(401);
    expect(posted.headers['set-cookie']).toBeUndefined();
  });

  it('gets headers that keep other sites out of its pages', async () => {
    const { headers } = await rawRequest(port, { path: '/', headers: page({ Cookie: cookie }) });
    expect(headers['content-security-policy']).toBe(
      `default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data: blob:; connect-src 'self' ws://127.0.0.1:${port}; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    });
  });

  it('keeps hashed files for good and asks again for the page', async () => {
    const asset = await rawRequest(port, {
      path: '/assets/index-AbCd1234.js',
      headers: { ...page({ Cookie: cookie }), 'Sec-Fetch-Mode': 'no-cors' },
    });
    expect(asset.status).toBe(200);
    expect(asset.headers['cache-control']).toContain('immutable');
    const first = await rawRequest(port, { path: '/', headers: page({ Cookie: cookie }) });
    const etag = String(first.headers.etag);
    const second = await rawRequest(port, {
      path: '/',
      headers: page({ Cookie: cookie, 'If-None-Match': etag }),
    });
    expect([first.headers['cache-control'], second.status, second.body]).toEqual(['no-cache', 304, '']);
  });

  it('finds no file outside the screens, by any spelling, nor by a link inside', async () => {
    for (const target of [
      '/../secret.txt',
      '/%2e%2e/secret.txt',
      '/..%2fsecret.txt',
      '/assets/../../secret.txt',
      '/link.txt',
      '/secret.txt',
      '/assets',
      `/${folder}/secret.txt`,
      '/assets/..%5c..%5csecret.txt',
    ]) {
      const answer = await rawBytes(
        port,
        `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n\r\n`,
      );
      expect(answer).not.toContain('secret-outside');
    }
    expect((await rawRequest(port, { path: '/link.txt', headers: bearer() })).status).toBe(404);
  });
});

describe('the limits of the application server', () => {
  it('refuse a JSON body above a mebibyte, announced or not, and other types of body', async () => {
    const json = { ...bearer(), 'Content-Type': 'application/json' };
    const long = JSON.stringify({ name: 'x'.repeat(2 ** 20) });
    const announced = await rawRequest(port, {
      method: 'POST',
      path: '/api/v1/projects',
      headers: { ...json, 'Content-Length': String(long.length) },
      body: long,
    });
    expect([announced.status, JSON.parse(announced.body).code]).toEqual([413, 'TOO_LARGE']);
    const chunked = await rawRequest(port, {
      method: 'POST',
      path: '/api/v1/projects',
      headers: { ...json, 'Transfer-Encoding': 'chunked' },
      body: long,
    }).catch(() => ({ status: 413 }));
    expect(chunked.status).toBe(413);
    for (const type of [
      'text/plain',
      'multipart/form-data; boundary=x',
      'application/x-www-form-urlencoded',
    ]) {
      const answer = await rawRequest(port, {
        method: 'POST',
        path: '/api/v1/projects',
        headers: { ...bearer(), 'Content-Type': type, 'Content-Length': '13' },
        body: '{"name":"abc"}'.slice(0, 13),
      });
      expect([type, answer.status]).toEqual([type, 400]);
    }
    const broken = await rawRequest(port, {
      method: 'POST',
      path: '/api/v1/projects',
      headers: { ...json, 'Content-Length': '7' },
      body: '{"name"',
    });
    expect([broken.status, JSON.parse(broken.body).code]).toEqual([400, 'INVALID_INPUT']);
    expect(sideEffects).toBe(0);
  });

  it('refuse headers that are too long or too many', async () => {
    const long = await rawRequest(port, {
      path: '/',
      headers: { ...bearer(), 'X-Long': 'x'.repeat(17_000) },
    }).catch(() => ({ status: 431 }));
    expect(long.status).toBe(431);
    const many = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`X-${index}`, '1']));
    expect(
      (await rawRequest(port, { path: '/api/v1/projects', headers: { ...bearer(), ...many } })).status,
    ).toBe(413);
    const url = `/api/v1/projects?x=${'x'.repeat(9000)}`;
    expect((await rawRequest(port, { path: url, headers: bearer() })).status).toBe(400);
  });

  it('end a connection that takes its time over the headers or the body', async () => {
    const impatient = start({ limits: { headersMs: 200, bodyIdleMs: 200 } });
    await impatient.listen();
    const other = Number(new URL(impatient.url).port);
    try {
      expect(await rawBytes(other, 'GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ')).toMatch(/^HTTP\/1.1 408|^$/);
      const slowBody = await rawBytes(
        other,
        `POST /api/v1/projects HTTP/1.1\r\nHost: 127.0.0.1:${other}\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"na`,
      );
      expect(slowBody).not.toMatch(/^HTTP\/1.1 2/);
      expect(sideEffects).toBe(0);
    } finally {
      await impatient.close();
    }
  });

  it('do not read a body before its sender is known', async () => {
    const answer = await rawBytes(
      port,
      `PUT /api/v1/uploads?name=x HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nExpect: 100-continue\r\nContent-Length: 99999999\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 401/);
    expect(answer).toMatch(/connection: close/i);
  });
});

describe('an upload', () => {
  it('is streamed to the store and answered with its id', async () => {
    const answer = await rawRequest(port, {
      method: 'PUT',
      path: '/api/v1/uploads?name=Gr%C3%B6%C3%9Fe%201.csv',
      headers: { ...bearer(), 'Transfer-Encoding': 'chunked' },
      body: 'a,b\n1,2\n',
    });
    expect(answer.status).toBe(201);
    expect(JSON.parse(answer.body)).toEqual({ id: 'f'.repeat(32), name: 'Größe 1.csv', sizeBytes: 8 });
  });

  it('needs the name of a file, not a path', async () => {
    for (const name of ['', '..', 'a/b', 'a\\b', '%00', 'x'.repeat(300)]) {
      const answer = await rawRequest(port, {
        method: 'PUT',
        path: `/api/v1/uploads?name=${name}`,
        headers: { ...bearer(), 'Content-Length': '1' },
        body: 'x',
      });
      expect([name, answer.status, JSON.parse(answer.body).code]).toEqual([name, 400, 'INVALID_INPUT']);
    }
    expect(sideEffects).toBe(0);
  });

  it('stops at its limit and at a full disk', async () => {
    const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });
    const small = start({
      limits: { uploadBytes: 10 },
      uploads: {
        receive: async (name, body) => {
          for await (const _ of body);
          if (name === 'full') throw full;
          return { id: 'x', name, sizeBytes: 0 };
        },
      },
    });
    await small.listen();
    const other = Number(new URL(small.url).port);
    const put = (name: string, body: string) =>
      rawRequest(other, {
        method: 'PUT',
        path: `/api/v1/uploads?name=${name}`,
        headers: {
          Host: `127.0.0.1:${other}`,
          Authorization: `Bearer ${token}`,
          'Content-Length': String(body.length),
        },
        body,
      });
    expect(JSON.parse((await put('a', 'x'.repeat(11))).body)).toMatchObject({
      code: 'TOO_LARGE',
      status: 413,
    });
    expect(JSON.parse((await put('full', 'x')).body)).toMatchObject({ code: 'DISK_FULL', status: 507 });
    expect(log.errors).toEqual([]);
    await small.close();
  });
});

describe('a listener of the application server', () => {
  it('says whose port it wanted when the port is taken', async () => {
    const second = start({ port });
    await expect(second.listen()).rejects.toMatchObject({ code: 'PORT_TAKEN', details: { port } });
    await expect(second.listen().catch((error: AppError) => error.nextStep)).resolves.toContain('--port 0');
    await second.close();
  });

  it('says when the address is not one of this computer', async () => {
    await expect(start({ host: '203.0.113.7' }).listen()).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('asks for the token on the socket in the workspace too, and replaces one that was left behind', async () => {
    const socketPath = path.join(folder, 'lathe.sock');
    writeFileSync(socketPath, '');
    const local = start();
    await local.listenSocket(socketPath);
    await expect(connectWebSocket({ socketPath, token: 'wrong' })).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
    });
    const { client, close } = await connectWebSocket({ socketPath, token });
    await expect(client.projects.list()).rejects.toMatchObject({ code: 'CONFLICT', message: 'reached' });
    await close();
    await local.close();
  });

  it('closes at once though clients hold connections, streams and half a request', async () => {
    const busy = createApplicationServer({
      router: stubRouter({
        events: {
          watch: async function* ({ signal }) {
            yield* [];
            await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));
          },
        },
      }),
      rendererFolder: null,
      token: () => token,
      workspaceId,
      host: '127.0.0.1',
      port: 0,
      log,
      uploads: { receive: () => new Promise(() => {}) },
      version: '0.0.0',
      limits: { closeMs: 100 },
    });
    const url = await busy.listen();
    const other = Number(new URL(url).port);
    const { client } = await connectWebSocket({ url, token });
    const stream = (await client.events.watch({})).next().catch((error) => error);
    const headers = { Host: `127.0.0.1:${other}`, Authorization: `Bearer ${token}` };
    const sse = http.get({ host: '127.0.0.1', port: other, path: '/api/v1/events/watch', headers });
    const sseEnded = new Promise((resolve) =>
      sse.on('response', (response) =>
        response
          .on('close', resolve)
          .on('error', () => {})
          .resume(),
      ),
    );
    const half = net.connect(other, '127.0.0.1');
    half.on('error', () => {});
    await new Promise((resolve) => sse.on('response', resolve));
    await busy.close();
    await sseEnded;
    expect(await stream).toMatchObject({ code: 'NOT_READY' });
    half.destroy();
  });

  it('cuts off a WebSocket client that asks and never reads', async () => {
    const big = new Blob([new Uint8Array(2 ** 20)]);
    const flooded = createApplicationServer({
      router: stubRouter({ models: { bytes: () => big } }),
      rendererFolder: null,
      token: () => token,
      workspaceId,
      host: '127.0.0.1',
      port: 0,
      log,
      uploads: { receive: () => new Promise(() => {}) },
      version: '0.0.0',
      limits: {
        webSocket: { connections: 4, messageBytes: 2 ** 20, unsentBytes: 4 * 2 ** 20, pingMs: 60_000 },
      },
    });
    const url = await flooded.listen();
    const { default: WebSocket } = await import('ws');
    const socket = new WebSocket(`${url.replace('http', 'ws')}/rpc`, {
      headers: { Authorization: `Bearer ${token}` },
    });
    await new Promise((resolve) => socket.once('open', resolve));
    socket.pause();
    const cut = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => {});
    for (let id = 0; id < 64; id += 1) {
      socket.send(
        JSON.stringify({ i: String(id), p: { u: '/models/bytes', b: { json: { id: 'a'.repeat(32) } } } }),
      );
    }
    log.warnings.length = 0;
    for (let turn = 0; turn < 1000 && log.warnings.length === 0; turn += 1)
      await new Promise((resolve) => setTimeout(resolve, 5));
    expect(log.warnings).toContain('a client did not read and was cut off');
    socket.resume();
    await cut;
    await flooded.close();
  });
});
