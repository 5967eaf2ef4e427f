import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../../kernel/app-error.ts';
import { sendMethodNotAllowed } from './answers.ts';

/** Where the bytes of data set files come from. */
export interface DataFiles {
  /** @throws AppError NOT_FOUND, INVALID_INPUT */
  open(named: {
    readonly project?: string;
    readonly dataset: string;
    readonly version?: string;
    readonly path: string;
  }): Promise<{
    readonly sizeBytes: number;
    readonly digest: string;
    read(offset: number, length: number): Promise<Uint8Array>;
  }>;
}

const CHUNK_BYTES = 1 << 20;

/** What a page may show in place. Anything else is only saved: a data set is somebody else's content. */
const shown: Readonly<Record<string, string>> = {
  '.apng': 'image/apng',
  '.avif': 'image/avif',
  '.bmp': 'image/bmp',
  '.gif': 'image/gif',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.webp': 'image/webp',
};

/** The data set that `/api/v1/datasets/{dataset}/file` names, or undefined for another address. */
export function datasetOfFileRoute(pathname: string): string | undefined {
  return /^\/api\/v1\/datasets\/([^/]+)\/file$/.exec(pathname)?.[1];
}

/**
 * `GET /api/v1/datasets/{dataset}/file?version=…&path=…`: the bytes of one file of a version, whole or the range that was asked
 * for. Content never changes, so its digest is its ETag and a picture is fetched once.
 */
export async function sendDataFile(
  request: IncomingMessage,
  response: ServerResponse,
  dataset: string,
  query: URLSearchParams,
  files: DataFiles,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return sendMethodNotAllowed(response, `/api/v1/datasets/${dataset}/file`, ['GET', 'HEAD']);
  }
  const filePath = query.get('path');
  if (filePath === null || filePath === '') {
    throw new AppError('INVALID_INPUT', 'The address names no file.', {
      nextStep: 'Add "?path=…" with a path as `lathe data files` shows it.',
      details: { field: 'path' },
    });
  }
  const version = query.get('version');
  const project = query.get('project');
  const file = await files.open({
    dataset,
    path: filePath,
    ...(version !== null && { version }),
    ...(project !== null && { project }),
  });
  const etag = `"${file.digest}"`;
  const type = shown[path.posix.extname(filePath).toLowerCase()];
  response.setHeader('ETag', etag);
  response.setHeader('Accept-Ranges', 'bytes');
  response.setHeader('Cache-Control', 'private, no-cache');
  // A picture that is a program when it is opened by itself runs nothing.
  response.setHeader('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'; sandbox");
  response.setHeader('Content-Type', type ?? 'application/octet-stream');
  const name = encodeURIComponent(path.posix.basename(filePath)).replaceAll("'", '%27');
  response.setHeader('Content-Disposition', `${type ? 'inline' : 'attachment'}; filename*=UTF-8''${name}`);
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304).end();
    return;
  }
  const isSame = request.headers['if-range'] === undefined || request.headers['if-range'] === etag;
  const range = isSame ? readRange(request.headers.range, file.sizeBytes) : 'whole';
  if (range === 'outside') {
    response.writeHead(416, { 'Content-Range': `bytes */${file.sizeBytes}`, 'Content-Length': 0 }).end();
    return;
  }
  const { from, to } = range === 'whole' ? { from: 0, to: file.sizeBytes } : range;
  // Damage shows here, while it still can be said.
  const first = request.method === 'HEAD' ? null : await file.read(from, Math.min(CHUNK_BYTES, to - from));
  response.writeHead(range === 'whole' ? 200 : 206, {
    'Content-Length': to - from,
    ...(range !== 'whole' && { 'Content-Range': `bytes ${from}-${to - 1}/${file.sizeBytes}` }),
  });
  if (first === null) {
    response.end();
    return;
  }
  async function* chunks() {
    yield first;
    for (let at = from + first!.length; at < to; ) {
      const bytes = await file.read(at, Math.min(CHUNK_BYTES, to - at));
      if (bytes.length === 0) return;
      at += bytes.length;
      yield bytes;
    }
  }
  await pipeline(Readable.from(chunks(), { objectMode: false }), response).catch((error: unknown) => {
    // Whoever hangs up has seen enough.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  });
}

/** `bytes=0-99`, `bytes=100-` or `bytes=-100`, as offsets with an open end; anything else means the whole. */
function readRange(
  header: string | undefined,
  sizeBytes: number,
): 'whole' | 'outside' | { readonly from: number; readonly to: number } {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return 'whole';
  const [, first = '', last = ''] = match;
  const from = first === '' ? Math.max(0, sizeBytes - Number(last)) : Number(first);
  const to = first === '' || last === '' ? sizeBytes : Math.min(sizeBytes, Number(last) + 1);
  return from < to && from < sizeBytes ? { from, to } : 'outside';
}
