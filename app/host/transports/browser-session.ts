import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { hashToken } from '../../interop/http-guard.ts';
import { page } from './plain-page.ts';
import type { RequestTarget } from './request-target.ts';

const daysToLive = 30;

/**
 * How a browser stays logged in. It is given the token once, in the URL that `lathe serve` prints, and gets a cookie
 * instead. Browsers send a cookie to every port of a host name, so to any local program: it therefore holds a value
 * derived from the token, which opens this workspace in a browser and tells nothing about the token itself.
 */
export class BrowserSession {
  readonly cookieName: string;
  readonly #workspaceId: string;
  readonly #token: () => string;

  constructor(workspaceId: string, token: () => string) {
    this.cookieName = `lathe-${workspaceId.slice(0, 8)}`;
    this.#workspaceId = workspaceId;
    this.#token = token;
  }

  /** The cookie's value; a new token makes every old one worthless. */
  value(): string {
    return createHmac('sha256', this.#token())
      .update(`lathe browser session of ${this.#workspaceId}`)
      .digest('base64url');
  }

  /**
   * Answer a page opened as `…?token=…`: set the cookie and send the browser to the same address without the token.
   * A link in another site's page is answered by a page that goes on by itself, because a SameSite=Strict cookie is
   * kept back on a redirect that another site began.
   */
  logIn(request: IncomingMessage, response: ServerResponse, target: RequestTarget): void {
    const sent = target.query.get('token') ?? '';
    if (!timingSafeEqual(hashToken(sent), hashToken(this.#token()))) {
      this.refuse(response, target, 'That link is not valid any more.');
      return;
    }
    const query = new URLSearchParams(target.query);
    query.delete('token');
    const clean = target.sentPath + (query.size > 0 ? `?${query}` : '');
    response.setHeader(
      'Set-Cookie',
      `${this.cookieName}=${this.value()}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${daysToLive * 86_400}`,
    );
    const site = request.headers['sec-fetch-site'];
    if (site === undefined || site === 'none' || site === 'same-origin') {
      response.writeHead(303, { Location: clean, 'Content-Length': 0 }).end();
    } else {
      page(response, 200, { title: 'Opening Lathe', lines: ['One moment …'], goTo: clean });
    }
  }

  /** Answer a page that was opened without a valid token or cookie. */
  refuse(response: ServerResponse, target: RequestTarget, reason: string): void {
    const query = new URLSearchParams(target.query);
    query.delete('token');
    page(response, 401, {
      title: 'Lathe needs its link',
      lines: [
        reason,
        'Open the address that "lathe serve" printed: it ends in "?token=" and a long word.',
        'No terminal at hand? "lathe token", run on the computer that runs Lathe, prints that word again.',
      ],
      link: {
        href: target.sentPath + (query.size > 0 ? `?${query}` : ''),
        text: 'I have opened Lathe in this browser before: try again',
      },
    });
  }
}
