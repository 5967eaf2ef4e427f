import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type GuardOptions,
  type GuardResult,
  guard,
  guardOrigin,
  hashToken,
} from '../../interop/http-guard.ts';
import { isMlflowPath } from '../../interop/mlflow/mlflow-http.ts';
import { sendError, sendMethodNotAllowed } from './answers.ts';
import type { BrowserSession } from './browser-session.ts';
import { wireError } from './error-mapping.ts';
import { refuseMlflow } from './mlflow-mount.ts';
import { parseTarget, type RequestTarget } from './request-target.ts';

type Refusal = ReturnType<typeof wireError>;

/**
 * Who may come in: one per listener, asked before anything else looks at a request. It adds to the guard that all
 * local servers share what only this one has: pages, the log-in by URL, and a cookie that counts on pages of ours only.
 */
export class Doorkeeper {
  readonly #hosts: () => readonly string[];
  readonly #token: () => string;
  readonly #session: BrowserSession;

  constructor(options: { hosts: () => readonly string[]; token: () => string; session: BrowserSession }) {
    this.#hosts = options.hosts;
    this.#token = options.token;
    this.#session = options.session;
  }

  /** Where the request may go, or undefined when it has been answered here already. */
  admit(request: IncomingMessage, response: ServerResponse, mostHeaders: number): RequestTarget | undefined {
    const target = parseTarget(request.url);
    const isPage = target !== undefined && asksForPage(request, target);
    const isMlflow = target !== undefined && isMlflowPath(target.sentPath);
    const refuse = isMlflow ? refuseMlflow : sendError;
    const refusal = this.#refuseOrigin(request, mostHeaders, isPage);
    if (refusal) {
      refuse(response, refusal);
      return undefined;
    }
    if (isPage && target.query.has('token')) {
      this.#session.logIn(request, response, target);
      return undefined;
    }
    const result = this.#guard(request, isPage, isMlflow);
    if (!result.ok) {
      if (isPage && result.status === 401)
        this.#session.refuse(response, target, 'This browser is not logged in.');
      else refuse(response, wireError(result.code, result.message, { nextStep: result.nextStep }));
      return undefined;
    }
    if (!knownMethods.has(request.method ?? '')) {
      sendMethodNotAllowed(response, target?.pathname ?? '', [...knownMethods]);
      return undefined;
    }
    if (result.via === 'cookie' && changesState(request) && !isFromOurPage(request)) {
      refuse(response, wireError('FORBIDDEN', 'A browser may change something only from a page of Lathe.'));
      return undefined;
    }
    if (target === undefined) {
      sendError(
        response,
        wireError('INVALID_INPUT', 'The address is not written in its plain form.', {
          nextStep: 'Leave out "//", "..", and encoded dots and slashes.',
        }),
      );
    }
    return target;
  }

  /** Why a connection may not become a WebSocket; undefined where it may. */
  refuseUpgrade(request: IncomingMessage, mostHeaders: number): Refusal | undefined {
    const refusal = this.#refuseOrigin(request, mostHeaders, false);
    if (refusal) return refusal;
    const result = this.#guard(request, false, false);
    if (!result.ok) return wireError(result.code, result.message, { nextStep: result.nextStep });
    if (result.via === 'cookie' && !isFromOurPage(request)) {
      return wireError('FORBIDDEN', 'A browser may connect only from a page of Lathe.');
    }
    if (request.url !== '/rpc' || request.method !== 'GET') {
      return wireError('NOT_FOUND', 'The only WebSocket here is /rpc.');
    }
    return undefined;
  }

  #refuseOrigin(request: IncomingMessage, mostHeaders: number, isPage: boolean): Refusal | undefined {
    const refusal = guardOrigin(request, this.#guardOptions(isPage, []));
    if (refusal) return wireError(refusal.code, refusal.message, { nextStep: refusal.nextStep });
    if (request.rawHeaders.length / 2 > mostHeaders) {
      return wireError('TOO_LARGE', `The request has more than ${mostHeaders} headers.`);
    }
    return undefined;
  }

  /** A bearer must be the token itself, a cookie the value derived from it; neither passes for the other. */
  #guard(request: IncomingMessage, isPage: boolean, allowBasic: boolean): GuardResult {
    if (request.headers.authorization !== undefined) {
      return guard(request, { ...this.#guardOptions(isPage, [hashToken(this.#token())]), allowBasic });
    }
    return guard(request, {
      ...this.#guardOptions(isPage, [hashToken(this.#session.value())]),
      cookieName: this.#session.cookieName,
    });
  }

  #guardOptions(isPage: boolean, tokenHashes: readonly Uint8Array[]): GuardOptions {
    return { hosts: this.#hosts, tokenHashes: () => tokenHashes, allowNavigation: isPage };
  }
}

const knownMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']);

/**
 * A person who opens an address, rather than a script that asks for it: a GET of a path outside /api that is no file.
 * Browsers of today say so themselves; from a client that does not, the wish for HTML does.
 */
function asksForPage(request: IncomingMessage, target: RequestTarget): boolean {
  if (
    request.method !== 'GET' ||
    /^\/(api|ajax-api|rpc)(\/|$)/.test(target.pathname) ||
    /\.[^/]*$/.test(target.pathname)
  ) {
    return false;
  }
  const mode = request.headers['sec-fetch-mode'];
  if (mode !== undefined) {
    return mode === 'navigate' && (request.headers['sec-fetch-dest'] ?? 'document') === 'document';
  }
  return request.headers.authorization === undefined && (request.headers.accept ?? '').includes('text/html');
}

function changesState(request: IncomingMessage): boolean {
  return request.method !== 'GET' && request.method !== 'HEAD';
}

/** Origin, where there is one, was found to be ours before; a browser always sends one with what changes something. */
function isFromOurPage(request: IncomingMessage): boolean {
  return request.headers.origin !== undefined || request.headers['sec-fetch-site'] === 'same-origin';
}
