import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { BucketSource } from '../../../contract/data-sources.contract.ts';
import { AppError, fromSystemError } from '../../../kernel/app-error.ts';
import type { DataSource } from '../../../kernel/ports/data-source.ts';
import { inside } from '../../../kernel/workspace-folders.ts';
import { downloadFile } from '../download/download-file.ts';
import { type BucketClient, type BucketObject, createBucketClient } from './bucket-client.ts';

const AT_ONCE = 6;
const MOST_OBJECTS = 1_000_000;

/**
 * The objects of an S3-compatible bucket below a prefix, several at a time. It reaches the endpoint. An object that is here already is known by its ETag, so an
 * interrupted fetch goes on where it was.
 */
export function createBucketSource(): DataSource<'s3'> {
  return {
    kind: 's3',
    check: async () => {},
    async fetch(source, { spoolFolder, signal, onProgress, secret }) {
      const client = createBucketClient(
        source,
        source.credential === null ? null : await secret(source.credential),
      );
      const objects = await listAll(client, source, signal);
      const folder = path.join(spoolFolder, 'files');
      const marks = path.join(spoolFolder, 'marks');
      for (const each of [folder, marks]) await fs.promises.mkdir(each, { recursive: true });
      const total = objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      const bytes = new Map<string, number>();
      let done = 0;
      const report = (key: string, here: number) => {
        done += here - (bytes.get(key) ?? 0);
        bytes.set(key, here);
        onProgress(done, total);
      };
      await eachAtOnce(objects, signal, (object, stop) =>
        fetchObject(client, object, nameOf(object.key, source.prefix), { folder, marks }, stop, (here) =>
          report(object.key, here),
        ),
      );
      const place = source.endpoint === null ? 's3:/' : new URL(source.endpoint).host;
      return {
        trees: [{ path: folder, name: '' }],
        description: `${place}/${source.bucket}/${source.prefix}`,
        memory: null,
      };
    },
  };
}

async function listAll(
  client: BucketClient,
  { bucket, prefix }: BucketSource,
  signal: AbortSignal,
): Promise<BucketObject[]> {
  const objects: BucketObject[] = [];
  for await (const page of client.list(prefix, signal)) {
    // Consoles make empty objects that end in a slash to show folders.
    for (const object of page) if (!object.key.endsWith('/')) objects.push(object);
    if (objects.length > MOST_OBJECTS) {
      throw new AppError(
        'TOO_LARGE',
        `More than ${MOST_OBJECTS} objects of ${bucket} begin with "${prefix}".`,
        {
          nextStep: 'Give a longer prefix, and import in several parts.',
        },
      );
    }
  }
  if (objects.length > 0) return objects;
  throw new AppError('PATH_NOT_FOUND', `No object of ${bucket} begins with "${prefix}".`, {
    nextStep: 'Check the prefix; it is the beginning of a key, without a slash at the front.',
    details: { bucket, prefix },
  });
}

/** What an object is called in the version: its key below the last slash of the prefix. */
const nameOf = (key: string, prefix: string): string => key.slice(prefix.lastIndexOf('/') + 1);

async function fetchObject(
  client: BucketClient,
  object: BucketObject,
  name: string,
  { folder, marks }: { folder: string; marks: string },
  signal: AbortSignal,
  onBytes: (here: number) => void,
): Promise<void> {
  const destination = inside(folder, name);
  const key = createHash('sha256').update(object.key).digest('hex');
  const markPath = path.join(marks, key);
  const mark = `${object.etag} ${object.sizeBytes}`;
  const known = await fs.promises.readFile(markPath, 'utf8').catch(() => null);
  const here = await fs.promises.stat(destination).catch(() => null);
  if (known === mark && here?.size === object.sizeBytes) return onBytes(object.sizeBytes);
  const arrived = path.join(marks, `${key}.object`);
  const { sizeBytes, headers } = await downloadFile({
    url: client.urlOf(object.key),
    destination: arrived,
    authorization: null,
    signal,
    onProgress: onBytes,
    ask: client.ask,
  });
  await checkObject(arrived, object, sizeBytes, headers, signal);
  try {
    await fs.promises.mkdir(path.dirname(destination), { recursive: true });
    await fs.promises.rename(arrived, destination);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST' && code !== 'ENOTDIR' && code !== 'EISDIR')
      throw fromSystemError(error, destination);
    throw new AppError('INVALID_INPUT', `"${object.key}" is a file and a folder at once.`, {
      nextStep: 'Give a prefix that holds only one of them.',
      details: { path: object.key },
    });
  }
  await fs.promises.writeFile(markPath, mark);
}

/**
 * The ETag of an object that was stored in one piece and is not sealed with a key is the MD5 of its bytes; of others only the size and that the ETag is still the
 * listed one are known.
 */
async function checkObject(
  filePath: string,
  object: BucketObject,
  sizeBytes: number,
  headers: Headers,
  signal: AbortSignal,
): Promise<void> {
  const etag = (headers.get('etag') ?? object.etag).replaceAll('"', '');
  const changed = etag !== object.etag || sizeBytes !== object.sizeBytes;
  const sealed =
    /^aws:kms/.test(headers.get('x-amz-server-side-encryption') ?? '') ||
    headers.has('x-amz-server-side-encryption-customer-algorithm');
  let damaged = false;
  if (!changed && !sealed && /^[0-9a-f]{32}$/.test(object.etag)) {
    const hash = createHash('md5');
    for await (const chunk of fs.createReadStream(filePath, { signal })) hash.update(chunk as Buffer);
    damaged = hash.digest('hex') !== object.etag;
  }
  if (!changed && !damaged) return;
  await fs.promises.rm(filePath, { force: true });
  throw changed
    ? new AppError('CONFLICT', `The object "${object.key}" changed while it was fetched.`, {
        nextStep: 'Run it again when nobody writes to the bucket.',
        details: { path: object.key },
      })
    : new AppError(
        'DATA_MALFORMED',
        `The object "${object.key}" arrived damaged: its MD5 is not the listed one.`,
        {
          nextStep: 'Run it again.',
          details: { path: object.key },
        },
      );
}

/** A few at a time; the first fault stops the others and is thrown. */
async function eachAtOnce<Item>(
  items: readonly Item[],
  signal: AbortSignal,
  work: (item: Item, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);
  let next = 0;
  let fault: unknown;
  const worker = async () => {
    while (next < items.length && !stop.aborted) await work(items[next++]!, stop);
  };
  await Promise.all(
    Array.from({ length: AT_ONCE }, () =>
      worker().catch((error: unknown) => {
        fault ??= error;
        failed.abort();
      }),
    ),
  );
  signal.throwIfAborted();
  if (fault !== undefined) throw fault;
}
