import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../kernel/app-error.ts';
import { type DataFiles, datasetOfFileRoute, sendDataFile } from './data-file-route.ts';

const digest = 'd'.repeat(64);
/** Longer than one piece, so that it is sent in several. */
const content = Buffer.alloc(2_500_000, 'lathe ');
let asked: object[];
let base: string;
let server: Server;

const files: DataFiles = {
  async open(named) {
    asked.push(named);
    if (named.path === 'missing') throw new AppError('NOT_FOUND', 'The version has no file "missing".');
    return {
      digest,
      sizeBytes: named.path === 'empty' ? 0 : content.length,
      read: async (offset, length) => content.subarray(offset, offset + length),
    };
  },
};

beforeEach(async () => {
  asked = [];
  server = createServer((request, response) => {
    const url = new URL(request.url!, 'http://localhost');
    const dataset = datasetOfFileRoute(decodeURI(url.pathname))!;
    sendDataFile(request, response, dataset, url.searchParams, files).catch((error: AppError) => {
      response.writeHead(error.code === 'NOT_FOUND' ? 404 : 400).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/datasets/my%20data/file`;
});
afterEach(() => void server.close());

const get = (query: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(`${base}?${query}`, { headers, method });

describe('a file of a version over HTTP', () => {
  it('comes whole, under its digest, from the version that is named', async () => {
    const answer = await get('path=a%2Fb.png&version=best&project=p');
    expect(answer.status).toBe(200);
    expect(Buffer.from(await answer.arrayBuffer()).equals(content)).toBe(true);
    expect(answer.headers.get('etag')).toBe(`"${digest}"`);
    expect(answer.headers.get('content-type')).toBe('image/png');
    expect(asked).toEqual([{ dataset: 'my data', path: 'a/b.png', version: 'best', project: 'p' }]);
  });

  it('is not sent again to somebody who has it', async () => {
    const answer = await get('path=a.png', { 'If-None-Match': `"${digest}"` });
    expect(answer.status).toBe(304);
    expect(await answer.text()).toBe('');
  });

  it.each([
    ['bytes=0-5', 0, 6],
    ['bytes=1000000-2200000', 1_000_000, 2_200_001],
    ['bytes=2499990-', 2_499_990, 2_500_000],
    ['bytes=2499990-9999999', 2_499_990, 2_500_000],
    ['bytes=-10', 2_499_990, 2_500_000],
  ])('comes as the range %s', async (range, from, to) => {
    const answer = await get('path=a.bin', { Range: range });
    expect(answer.status).toBe(206);
    expect(answer.headers.get('content-range')).toBe(`bytes ${from}-${to - 1}/${content.length}`);
    expect(Buffer.from(await answer.arrayBuffer()).equals(content.subarray(from, to))).toBe(true);
  });

  it('says that a range lies outside, and comes whole for one that makes no sense or is of another content', async () => {
    const outside = await get('path=a.bin', { Range: `bytes=${content.length}-` });
    expect(outside.status).toBe(416);
    expect(outside.headers.get('content-range')).toBe(`bytes */${content.length}`);
    for (const headers of [
      { Range: 'bytes=5-2,7-8' },
      { Range: 'lines=1-2' },
      { Range: 'bytes=0-1', 'If-Range': '"other"' },
    ] as Record<string, string>[]) {
      const answer = await get('path=a.bin', headers, 'HEAD');
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-length')).toBe(String(content.length));
    }
  });

  it('that no page may show is only saved, and a drawing runs nothing', async () => {
    const page = await get('path=x/evil.html', {}, 'HEAD');
    expect(page.headers.get('content-type')).toBe('application/octet-stream');
    expect(page.headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''evil.html");
    const drawing = await get('path=x%0d%0aSet-Cookie:a.svg', {}, 'HEAD');
    expect(drawing.headers.get('content-security-policy')).toContain('sandbox');
    expect(drawing.headers.get('set-cookie')).toBeNull();
  });

  it('may be empty, is refused without a path, and may not be there', async () => {
    const empty = await get('path=empty');
    expect([empty.status, await empty.text()]).toEqual([200, '']);
    expect((await get('version=1')).status).toBe(400);
    expect((await get('path=missing')).status).toBe(404);
    expect((await get('path=a', {}, 'DELETE')).status).toBe(405);
  });
});
