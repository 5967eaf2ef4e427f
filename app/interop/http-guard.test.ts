import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { type GuardOptions, guard, guardOrigin, hashToken, loopbackHosts } from './http-guard.ts';

const options: GuardOptions = {
  hosts: () => loopbackHosts(4790),
  tokenHashes: () => [hashToken('older'), hashToken('secret')],
  cookieName: 'lathe',
};
const valid = [
  ['Host', '127.0.0.1:4790'],
  ['Authorization', 'Bearer secret'],
] as const;

function request(
  headers: readonly (readonly [string, string])[],
  method = 'GET',
  url = '/v2',
): IncomingMessage {
  const message = new IncomingMessage(new Socket());
  message.method = method;
  message.url = url;
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    message.headers[key] ??= value;
    message.headersDistinct[key] = [...(message.headersDistinct[key] ?? []), value];
  }
  return message;
}

function verdict(...headers: (readonly [string, string])[]): string {
  const result = guard(request(headers), options);
  return result.ok ? result.via : result.code;
}

describe('a request with Host and token', () => {
  it('is answered, by any accepted token and any spelling of loopback', () => {
    expect(verdict(...valid)).toBe('bearer');
    expect(verdict(['Host', 'localhost:4790'], ['Authorization', 'bearer older'])).toBe('bearer');
    expect(verdict(['Host', '[::1]:4790'], ['Authorization', 'Bearer secret'])).toBe('bearer');
  });

  it('is answered when the page that asks is ours', () => {
    expect(verdict(...valid, ['Origin', 'http://127.0.0.1:4790'], ['Sec-Fetch-Site', 'same-origin'])).toBe(
      'bearer',
    );
    expect(verdict(...valid, ['Sec-Fetch-Site', 'none'])).toBe('bearer');
  });

  it('may carry the token in the cookie, where the server has one', () => {
    expect(verdict(['Host', 'localhost:4790'], ['Cookie', 'a=b; lathe=secret'])).toBe('cookie');
    const result = guard(
      request([
        ['Host', 'localhost:4790'],
        ['Cookie', 'lathe=secret'],
      ]),
      { ...options, cookieName: undefined },
    );
    expect(result).toMatchObject({ ok: false, code: 'UNAUTHORIZED' });
  });
});

describe('a request from elsewhere', () => {
  it.each([
    ['no Host', []],
    ['a foreign Host', [['Host', 'evil.example:4790']]],
    ['a Host with another port', [['Host', '127.0.0.1:4791']]],
    ['a Host without port', [['Host', '127.0.0.1']]],
    [
      'two Hosts',
      [
        ['Host', '127.0.0.1:4790'],
        ['Host', 'evil.example'],
      ],
    ],
    [
      'a foreign Origin',
      [
        ['Host', '127.0.0.1:4790'],
        ['Origin', 'http://evil.example'],
      ],
    ],
    [
      'an opaque Origin',
      [
        ['Host', '127.0.0.1:4790'],
        ['Origin', 'null'],
      ],
    ],
    [
      'another port of this machine as Origin',
      [
        ['Host', '127.0.0.1:4790'],
        ['Origin', 'http://127.0.0.1:3000'],
      ],
    ],
    [
      'https as Origin',
      [
        ['Host', '127.0.0.1:4790'],
        ['Origin', 'https://127.0.0.1:4790'],
      ],
    ],
    [
      'a cross-site fetch',
      [
        ['Host', '127.0.0.1:4790'],
        ['Sec-Fetch-Site', 'cross-site'],
      ],
    ],
    [
      'a same-site fetch',
      [
        ['Host', '127.0.0.1:4790'],
        ['Sec-Fetch-Site', 'same-site'],
      ],
    ],
  ] as [string, [string, string][]][])('is refused: %s', (_what, headers) => {
    expect(verdict(...headers, ['Authorization', 'Bearer secret'])).toBe('FORBIDDEN');
  });

  it('is refused on every method', () => {
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      const result = guard(request([...valid, ['Origin', 'http://evil.example']], method), options);
      expect(result).toMatchObject({ ok: false, code: 'FORBIDDEN' });
    }
  });

  it('is refused when its target names another authority', () => {
    expect(guard(request(valid, 'GET', 'http://evil.example/v2'), options)).toMatchObject({
      ok: false,
      status: 403,
    });
  });

  it('may follow a link to a page only where the caller allows it, and only by GET', () => {
    const link = [...valid, ['Sec-Fetch-Site', 'cross-site'], ['Sec-Fetch-Mode', 'navigate']] as const;
    const open = { ...options, allowNavigation: true };
    expect(guardOrigin(request(link), options)).toMatchObject({ code: 'FORBIDDEN' });
    expect(guardOrigin(request(link), open)).toBeUndefined();
    expect(guardOrigin(request(link, 'POST'), open)).toMatchObject({ code: 'FORBIDDEN' });
    expect(guardOrigin(request([...link, ['Upgrade', 'websocket']]), open)).toMatchObject({
      code: 'FORBIDDEN',
    });
    expect(guardOrigin(request([...link, ['Origin', 'null']]), open)).toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe('a request without a valid token', () => {
  it.each([
    ['none at all', []],
    ['a wrong one', [['Authorization', 'Bearer wrong']]],
    ['an empty one', [['Authorization', 'Bearer ']]],
    ['another scheme', [['Authorization', 'Basic secret']]],
    [
      'the hash in place of the token',
      [['Authorization', `Bearer ${Buffer.from(hashToken('secret')).toString('hex')}`]],
    ],
    [
      'two headers',
      [
        ['Authorization', 'Bearer secret'],
        ['Authorization', 'Bearer wrong'],
      ],
    ],
    [
      'a wrong header beside a good cookie',
      [
        ['Authorization', 'Bearer wrong'],
        ['Cookie', 'lathe=secret'],
      ],
    ],
    ['a stale cookie', [['Cookie', 'lathe=stale']]],
  ] as [string, [string, string][]][])('is told so: %s', (_what, headers) => {
    expect(verdict(['Host', '127.0.0.1:4790'], ...headers)).toBe('UNAUTHORIZED');
  });
});
