import fs from 'node:fs';
import path from 'node:path';
import { AppError, fromSystemError } from '../../../kernel/app-error.ts';
import { writeFileDurably } from '../../../kernel/durable-file.ts';
import { type Ask, failed, get, refusedBy, unreachable } from './http-get.ts';

const TRIES = 4;
const WAIT_MS = 500;
const SILENCE_MS = 60_000;
/** A disk filled to the last byte stops more than this import. */
const KEEP_FREE_BYTES = 64 * 1024 * 1024;

export interface Download {
  readonly url: string;
  /** Where the whole file will lie; beside it lie the part that came (`.part`) and what tells that it is of the same file (`.mark`). */
  readonly destination: string;
  readonly authorization: string | null;
  readonly signal: AbortSignal;
  /** Bytes of this file that lie here, and how many there will be. */
  readonly onProgress: (bytes: number, total: number | null) => void;
  readonly ask?: Ask;
}

export interface Downloaded {
  readonly sizeBytes: number;
  /** Of the last answer. */
  readonly headers: Headers;
}

/**
 * Bring a file here. A part that an interrupted call left is gone on with where the server proves (strong ETag or Last-Modified, by If-Range) that it is still the
 * same file; otherwise it begins anew. Broken connections are taken up again a few times.
 *
 * @throws AppError PATH_NOT_FOUND, TARGET_FAILED, DISK_FULL
 */
export async function downloadFile(download: Download): Promise<Downloaded> {
  for (let attempt = 1; ; attempt++) {
    const before = await sizeOf(`${download.destination}.part`);
    try {
      return await downloadOnce(download);
    } catch (error) {
      download.signal.throwIfAborted();
      const came = (await sizeOf(`${download.destination}.part`)) - before;
      const passing =
        error instanceof AppError && error.code === 'TARGET_FAILED' && !(Number(error.details.status) < 500);
      if (!passing || (attempt >= TRIES && came <= 0)) throw error;
      if (came > 0) attempt = 0;
      await wait(WAIT_MS * 2 ** attempt, download.signal);
    }
  }
}

async function downloadOnce(download: Download): Promise<Downloaded> {
  const part = `${download.destination}.part`;
  const markPath = `${download.destination}.mark`;
  const mark = await fs.promises.readFile(markPath, 'utf8').catch(() => null);
  const have = mark === null ? 0 : await sizeOf(part);
  const headers: Record<string, string> = { 'accept-encoding': 'identity' };
  if (have > 0 && mark !== null) Object.assign(headers, { range: `bytes=${have}-`, 'if-range': mark });
  const { response, url } = await get(
    download.url,
    { headers, authorization: download.authorization, signal: download.signal },
    download.ask,
  );
  try {
    if (response.status === 416 && have > 0) {
      // The part is as long as the file, or the file has changed: only a whole answer tells.
      await fs.promises.rm(markPath, { force: true });
      throw failed(url, 'does not have the range that was asked for');
    }
    if (response.status !== 200 && response.status !== 206) throw refusedBy(url, response);
    const from = response.status === 206 ? continued(url, response, have) : 0;
    const total = lengthOf(response, from);
    await refuseFullDisk(download.destination, total === null ? 0 : total - from);
    if (from === 0) await begin(part, markPath, strongMark(response));
    await write(download, response, url, part, from, total);
    await fs.promises.rename(part, download.destination);
    await fs.promises.rm(markPath, { force: true });
    return { sizeBytes: await sizeOf(download.destination), headers: response.headers };
  } finally {
    await response.body?.cancel().catch(() => {});
  }
}

/** @throws AppError TARGET_FAILED for a part of the file that was not asked for */
function continued(url: URL, response: Response, have: number): number {
  const [, start] = /^bytes (\d+)-\d+\/(?:\d+|\*)$/.exec(response.headers.get('content-range') ?? '') ?? [];
  if (Number(start) !== have)
    throw failed(url, `sent bytes from ${start ?? 'nowhere'} on where ${have} were asked for`);
  return have;
}

function lengthOf(response: Response, from: number): number | null {
  const length = response.headers.get('content-length');
  return length !== null && /^\d{1,15}$/.test(length) ? from + Number(length) : null;
}

/** What proves that two answers are of the same bytes: an ETag that is not weak, else the time of the last change. */
function strongMark({ headers }: Response): string | null {
  const etag = headers.get('etag');
  return etag !== null && !etag.startsWith('W/') ? etag : headers.get('last-modified');
}

async function begin(part: string, markPath: string, mark: string | null): Promise<void> {
  await fs.promises.rm(part, { force: true });
  if (mark === null) await fs.promises.rm(markPath, { force: true });
  else await writeFileDurably(markPath, mark);
}

async function write(
  download: Download,
  response: Response,
  url: URL,
  part: string,
  from: number,
  total: number | null,
) {
  const { signal, onProgress } = download;
  const file = await fs.promises.open(part, from > 0 ? 'r+' : 'w', 0o600).catch((error: unknown) => {
    throw fromSystemError(error, part);
  });
  let at = from;
  let silence: NodeJS.Timeout | undefined;
  try {
    const reader = response.body?.getReader();
    const listen = () => {
      clearTimeout(silence);
      silence = setTimeout(
        () => void reader?.cancel(new Error(`nothing came for ${SILENCE_MS / 1000} s`)),
        SILENCE_MS,
      );
    };
    onProgress(at, total);
    while (reader) {
      listen();
      const { done, value } = await reader.read().catch((error: unknown) => {
        signal.throwIfAborted();
        throw unreachable(url, error);
      });
      if (done) break;
      await file.write(value, 0, value.length, at);
      at += value.length;
      onProgress(at, total);
    }
    signal.throwIfAborted();
    if (total !== null && at !== total)
      throw failed(
        url,
        `ended after ${at} of ${total} bytes`,
        'Run it again; it continues where it stopped.',
      );
    await file.truncate(at);
    await file.sync();
  } catch (error) {
    throw fromSystemError(error, part);
  } finally {
    clearTimeout(silence);
    await file.close();
  }
}

/** @throws AppError DISK_FULL before anything is written */
async function refuseFullDisk(destination: string, neededBytes: number): Promise<void> {
  const { bavail, bsize } = await fs.promises.statfs(path.dirname(destination));
  const free = bavail * bsize;
  if (neededBytes + KEEP_FREE_BYTES <= free) return;
  throw new AppError(
    'DISK_FULL',
    `${neededBytes} bytes are to come and ${free} are free on the disk of the workspace.`,
    {
      details: { neededBytes, freeBytes: free },
    },
  );
}

async function sizeOf(filePath: string): Promise<number> {
  return await fs.promises.stat(filePath).then(
    ({ size }) => size,
    () => 0,
  );
}

async function wait(durationMs: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, durationMs);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
  });
  signal.throwIfAborted();
}
