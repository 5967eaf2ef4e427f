import { AwsClient } from 'aws4fetch';
import type { BucketSource } from '../../../contract/data-sources.contract.ts';
import { AppError } from '../../../kernel/app-error.ts';
import { type Ask, failed, get, refusedBy } from '../download/http-get.ts';

export interface BucketObject {
  readonly key: string;
  readonly sizeBytes: number;
  readonly etag: string;
}

export interface BucketClient {
  readonly ask: Ask;
  /** Address of an object. */
  urlOf(key: string): string;
  /** Every object whose key begins with the prefix, page by page. */
  list(prefix: string, signal: AbortSignal): AsyncGenerator<readonly BucketObject[]>;
}

const MOST_PAGE_BYTES = 16 * 1024 * 1024;

/**
 * Reads an S3-compatible bucket. Requests are signed (Signature Version 4) for the bucket's own address and for no other.
 *
 * @param secret `ACCESS_KEY_ID:SECRET_ACCESS_KEY[:SESSION_TOKEN]`, or null for a public bucket
 * @throws AppError INVALID_INPUT for a secret of another form
 */
export function createBucketClient(source: BucketSource, secret: string | null): BucketClient {
  const { bucket, region, pathStyle } = source;
  const endpoint = new URL(source.endpoint ?? `https://s3.${region}.amazonaws.com`);
  const base = pathStyle
    ? `${endpoint.origin}${endpoint.pathname.replace(/\/$/, '')}/${bucket}`
    : `${endpoint.protocol}//${bucket}.${endpoint.host}`;
  const { origin } = new URL(base);
  const signer = secret === null ? null : signerOf(secret, region, source.credential ?? '');

  const ask: Ask = async (url, { headers, signal, redirect }) => {
    if (signer === null || url.origin !== origin) return fetch(url, { headers, signal, redirect });
    const signed = await signer.sign(url.href, { method: 'GET', headers });
    return fetch(signed, { signal, redirect });
  };

  return {
    ask,
    urlOf: (key) => `${base}/${encodeKey(key)}`,
    async *list(prefix, signal) {
      let token: string | null = null;
      do {
        const query = new URLSearchParams({ 'list-type': '2', 'encoding-type': 'url', prefix });
        if (token !== null) query.set('continuation-token', token);
        const { response, url } = await get(
          `${base}?${query}`,
          { headers: {}, authorization: null, signal },
          ask,
        );
        if (response.status === 404) {
          await response.body?.cancel();
          throw new AppError('PATH_NOT_FOUND', `${endpoint.host} has no bucket "${bucket}".`, {
            nextStep:
              'Check the bucket, the endpoint and whether the bucket is part of the host name (--virtual-host on the command line).',
            details: { bucket, host: endpoint.host },
          });
        }
        if (response.status !== 200) {
          await response.body?.cancel();
          throw refusedBy(url, response);
        }
        const page = await textOf(response, url);
        if (!page.includes('<ListBucketResult'))
          throw failed(url, 'did not answer with a list of objects', 'Check that the endpoint speaks S3.');
        yield objectsIn(page);
        token = valueIn(page, 'IsTruncated') === 'true' ? valueIn(page, 'NextContinuationToken') : null;
      } while (token !== null);
    },
  };
}

function signerOf(secret: string, region: string, name: string): AwsClient {
  const [accessKeyId, secretAccessKey, sessionToken] = secret.trim().split(':');
  if (accessKeyId && secretAccessKey) {
    return new AwsClient({
      accessKeyId,
      secretAccessKey,
      service: 's3',
      region,
      ...(sessionToken ? { sessionToken } : {}),
    });
  }
  throw new AppError(
    'INVALID_INPUT',
    `The credential "${name}" is not of the form ACCESS_KEY_ID:SECRET_ACCESS_KEY.`,
    {
      nextStep: `Set it again: lathe credential set ${name}`,
      details: { credential: name },
    },
  );
}

const encodeKey = (key: string): string =>
  encodeURIComponent(key)
    .replaceAll('%2F', '/')
    .replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);

async function textOf(response: Response, url: URL): Promise<string> {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const part of response.body ?? []) {
    parts.push(part);
    sizeBytes += part.length;
    if (sizeBytes > MOST_PAGE_BYTES) throw failed(url, `answered with more than ${MOST_PAGE_BYTES} bytes`);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** The list's XML is flat and its keys are escaped as in addresses, so that it can be read without a parser of XML. */
function objectsIn(page: string): BucketObject[] {
  return [...page.matchAll(/<Contents>(.*?)<\/Contents>/gs)].flatMap(([, entry]) => {
    const key = valueIn(entry!, 'Key');
    const sizeBytes = Number(valueIn(entry!, 'Size'));
    if (key === null || !Number.isSafeInteger(sizeBytes)) return [];
    const etag = (valueIn(entry!, 'ETag') ?? '').replaceAll('"', '');
    return [{ key: decodeURIComponent(key.replaceAll('+', ' ')), sizeBytes, etag }];
  });
}

function valueIn(xml: string, tag: string): string | null {
  const [, text] = new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(xml) ?? [];
  return text === undefined
    ? null
    : text
        .replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>')
        .replaceAll('&quot;', '"')
        .replaceAll('&#34;', '"')
        .replaceAll('&amp;', '&');
}
