import { createHash } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ServedFile {
  readonly content: Buffer;
  /** Sent in place of the MD5; null sends neither ETag nor Last-Modified. */
  readonly etag?: string | null;
}

/** What was asked of the server. */
export interface Asked {
  readonly path: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
}

/** A server of files on loopback that knows ranges, and that can be made to break off, to refuse and to redirect. */
export class FileServer {
  readonly files = new Map<string, ServedFile>();
  readonly redirects = new Map<string, string>();
  readonly asked: Asked[] = [];
  /** Bytes after which the next answers are cut off, one for each. */
  readonly cuts: number[] = [];
  /** Only requests with this header are answered. */
  authorization: string | null = null;
  /** While it is true, requests get their answer only after `release`. */
  hold = false;
  readonly #held: (() => void)[] = [];
  readonly #server = http.createServer((request, response) => this.#answer(request, response));

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  url(path: string): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${path}`;
  }

  /** Answer what was held back, and hold nothing any more. */
  release(): void {
    this.hold = false;
    for (const answer of this.#held.splice(0)) answer();
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(request: http.IncomingMessage, response: http.ServerResponse): void {
    const path = request.url!;
    const { range, authorization } = request.headers;
    this.asked.push({ path, range, authorization });
    if (this.hold) return void this.#held.push(() => this.#send(request, response));
    this.#send(request, response);
  }

  #send(request: http.IncomingMessage, response: http.ServerResponse): void {
    const path = request.url!;
    const { range, authorization } = request.headers;
    const target = this.redirects.get(path);
    if (target !== undefined) return void response.writeHead(302, { location: target }).end();
    if (this.authorization !== null && authorization !== this.authorization)
      return void response.writeHead(401).end();
    const file = this.files.get(path);
    if (!file) return void response.writeHead(404).end('nothing here');
    const etag =
      file.etag === undefined ? `"${createHash('md5').update(file.content).digest('hex')}"` : file.etag;
    const start = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
    const continues = range !== undefined && (request.headers['if-range'] ?? etag) === etag;
    if (continues && start >= file.content.length) return void response.writeHead(416).end();
    const body = continues ? file.content.subarray(start) : file.content;
    response.writeHead(continues ? 206 : 200, {
      'content-length': body.length,
      ...(etag === null ? {} : { etag }),
      ...(continues
        ? { 'content-range': `bytes ${start}-${file.content.length - 1}/${file.content.length}` }
        : {}),
    });
    const cut = this.cuts.shift();
    if (cut === undefined || cut >= body.length) return void response.end(body);
    response.write(body.subarray(0, cut), () => setTimeout(() => response.destroy(), 50));
  }
}
