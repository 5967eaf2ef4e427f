import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** What a local server accepts. The lists are read at every request, so they may change while it listens. */
export interface GuardOptions {
  /** The exact values of Host that are this server, with port: `127.0.0.1:4790`, `localhost:4790`, `[::1]:4790`. */
  readonly hosts: () => readonly string[];
  /** SHA-256 of every accepted token, from `hashToken`. */
  readonly tokenHashes: () => readonly Uint8Array[];
  /** Name of the cookie that may carry the token instead of the Authorization header; none is read without it. */
  readonly cookieName?: string;
  /**
   * Let a browser open a page (GET, Sec-Fetch-Mode navigate) from a link on any site. Only for a route that shows a
   * page and changes nothing.
   */
  readonly allowNavigation?: boolean;
  /** Take the token as the password of HTTP Basic too, with any user name: for clients that know no other way. */
  readonly allowBasic?: boolean;
}

export interface Refusal {
  readonly ok: false;
  readonly status: 401 | 403;
  readonly code: 'UNAUTHORIZED' | 'FORBIDDEN';
  readonly message: string;
  readonly nextStep: string;
}

export type GuardResult = { readonly ok: true; readonly via: 'bearer' | 'cookie' } | Refusal;

export function hashToken(token: string): Uint8Array {
  return createHash('sha256').update(token, 'utf8').digest();
}

/** The three ways to write a loopback listener's Host. */
export function loopbackHosts(port: number): readonly string[] {
  return [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`];
}

/**
 * Decide whether a request (or a WebSocket upgrade) may be answered, on every method alike: Host must be one of ours
 * (a foreign one is DNS rebinding), a browser must be on a page of ours, and the token must be known.
 */
export function guard(request: IncomingMessage, options: GuardOptions): GuardResult {
  return guardOrigin(request, options) ?? guardToken(request, options);
}

/** The first half of `guard`: Host, Origin and Sec-Fetch-Site. `undefined` means that nothing is wrong. */
export function guardOrigin(request: IncomingMessage, options: GuardOptions): Refusal | undefined {
  const hosts = options.hosts();
  const sentHosts = headerValues(request, 'host');
  const host = sentHosts[0];
  if (sentHosts.length !== 1 || host === undefined || !hosts.includes(host.toLowerCase())) {
    return forbidden(`Host "${sentHosts.join(', ')}" is not an address of this server.`, hosts);
  }
  // An absolute request target would name another authority than Host does.
  if (!request.url?.startsWith('/')) {
    return forbidden(`The request target "${request.url ?? ''}" is not a path.`, hosts);
  }
  const origins = headerValues(request, 'origin');
  const ours = hosts.map((name) => `http://${name}`);
  if (origins.length > 1 || origins.some((origin) => !ours.includes(origin))) {
    return forbidden(`Origin "${origins.join(', ')}" is not this server.`, hosts);
  }
  const sites = headerValues(request, 'sec-fetch-site');
  if (
    sites.some((site) => site !== 'same-origin' && site !== 'none') &&
    !isAllowedNavigation(request, options)
  ) {
    return forbidden(`A page of another site (Sec-Fetch-Site "${sites.join(', ')}") asked.`, hosts);
  }
  return undefined;
}

function isAllowedNavigation(request: IncomingMessage, options: GuardOptions): boolean {
  return (
    options.allowNavigation === true &&
    request.method === 'GET' &&
    request.headers['sec-fetch-mode'] === 'navigate' &&
    request.headers.upgrade === undefined
  );
}

function guardToken(request: IncomingMessage, options: GuardOptions): GuardResult {
  const authorization = headerValues(request, 'authorization');
  if (authorization.length > 0) {
    const bearer =
      /^bearer +([\x21-\x7e]+)$/i.exec(authorization[0]!)?.[1] ??
      (options.allowBasic === true ? basicPassword(authorization[0]!) : undefined);
    return authorization.length === 1 && bearer !== undefined && isKnown(bearer, options)
      ? { ok: true, via: 'bearer' }
      : unauthorized('The token in the Authorization header is not valid here.');
  }
  const cookie = options.cookieName === undefined ? undefined : cookieValue(request, options.cookieName);
  if (cookie !== undefined) {
    return isKnown(cookie, options)
      ? { ok: true, via: 'cookie' }
      : unauthorized('The cookie that this browser sent is not valid any more.');
  }
  return unauthorized('The request has no token.');
}

function basicPassword(authorization: string): string | undefined {
  const sent = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization)?.[1];
  const credentials = Buffer.from(sent ?? '', 'base64').toString('utf8');
  return /^[^:]*:([\x21-\x7e]+)$/.exec(credentials)?.[1];
}

/** Compares with every hash, each in constant time, so that the time tells nothing about which one was near. */
function isKnown(token: string, options: GuardOptions): boolean {
  const hash = hashToken(token);
  let known = false;
  for (const accepted of options.tokenHashes()) {
    if (accepted.byteLength === hash.byteLength && timingSafeEqual(accepted, hash)) known = true;
  }
  return known;
}

/** Every value as sent: Node keeps the first of a repeated header in `headers` and would hide the rest. */
function headerValues(request: IncomingMessage, name: string): readonly string[] {
  return request.headersDistinct[name] ?? [];
}

function cookieValue(request: IncomingMessage, name: string): string | undefined {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const equals = pair.indexOf('=');
    if (equals > 0 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim();
  }
  return undefined;
}

function forbidden(message: string, hosts: readonly string[]): Refusal {
  const nextStep = `Open http://${hosts[0] ?? '127.0.0.1'} directly, by the address that Lathe printed.`;
  return { ok: false, status: 403, code: 'FORBIDDEN', message, nextStep };
}

function unauthorized(message: string): Refusal {
  const nextStep = 'Send the token that `lathe token` prints as "Authorization: Bearer <token>".';
  return { ok: false, status: 401, code: 'UNAUTHORIZED', message, nextStep };
}
