import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
};

/** What the screens may load and whom they may talk to: this server, and nothing else. */
function screenPolicy(host: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "font-src 'self'",
    "img-src 'self' data: blob:",
    `connect-src 'self' ws://${host}`,
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

interface KnownFile {
  readonly absolutePath: string;
  readonly type: string;
  /** The bundler put a hash of the content into the name. */
  readonly isHashed: boolean;
  loaded?: Promise<{ readonly bytes: Buffer; readonly etag: string }>;
}

/**
 * The built screens. The list of files is made once, from the folder; a URL is only ever looked up in it, so no path
 * is built from what a client sends. A page's address that names no file is the application's own: index.html.
 */
export class RendererFiles {
  readonly #files = new Map<string, KnownFile>();

  constructor(folder: string) {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const absolutePath = path.join(entry.parentPath, entry.name);
      const type = types[path.extname(entry.name).toLowerCase()];
      if (type === undefined) continue;
      const url = `/${path.relative(folder, absolutePath).split(path.sep).join('/')}`;
      this.#files.set(url, { absolutePath, type, isHashed: /^\/assets\/.*-[\w-]{8}\.\w+$/.test(url) });
    }
  }

  /** Answer GET or HEAD; false where there is no such file or page. */
  async answer(request: IncomingMessage, response: ServerResponse, pathname: string): Promise<boolean> {
    const isPage = !/\.[^/]*$/.test(pathname);
    const file = this.#files.get(isPage ? '/index.html' : pathname);
    if (file === undefined) return false;
    file.loaded ??= load(file.absolutePath);
    const { bytes, etag } = await file.loaded;
    response.setHeader('ETag', etag);
    response.setHeader('Cache-Control', file.isHashed ? 'private, max-age=31536000, immutable' : 'no-cache');
    response.setHeader('Content-Security-Policy', screenPolicy(request.headers.host ?? ''));
    if (request.headers['if-none-match'] === etag) {
      response.writeHead(304).end();
      return true;
    }
    response.writeHead(200, { 'Content-Type': file.type, 'Content-Length': bytes.byteLength });
    response.end(request.method === 'HEAD' ? undefined : bytes);
    return true;
  }
}

async function load(absolutePath: string) {
  const bytes = await readFile(absolutePath);
  return { bytes, etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 27)}"` };
}
