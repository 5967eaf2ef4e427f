import type { ServerResponse } from 'node:http';

export interface PlainPage {
  readonly title: string;
  readonly lines: readonly string[];
  readonly link?: { readonly href: string; readonly text: string };
  /** Where the browser goes on by itself. */
  readonly goTo?: string;
}

const policy =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const style =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:20vh auto;padding:0 1rem;color-scheme:light dark}' +
  'h1{font-size:1.25rem}';

/** Answer with a page that needs nothing else: no script, no picture, no second request. */
export function page(response: ServerResponse, status: number, content: PlainPage): void {
  const goOn =
    content.goTo === undefined ? '' : `<meta http-equiv="refresh" content="0;url=${asHtml(content.goTo)}">`;
  const link = content.link
    ? `<p><a href="${asHtml(content.link.href)}">${asHtml(content.link.text)}</a></p>`
    : '';
  const html =
    `<!doctype html><html lang="en"><meta charset="utf-8">${goOn}` +
    `<meta name="viewport" content="width=device-width"><title>${asHtml(content.title)}</title>` +
    `<style>${style}</style><h1>${asHtml(content.title)}</h1>` +
    `${content.lines.map((line) => `<p>${asHtml(line)}</p>`).join('')}${link}</html>`;
  response.writeHead(status, {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Length': Buffer.byteLength(html),
    'Content-Security-Policy': policy,
  });
  response.end(response.req.method === 'HEAD' ? undefined : html);
}

function asHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
