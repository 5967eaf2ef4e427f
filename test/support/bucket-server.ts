import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { AwsClient } from 'aws4fetch';

const STARTS_WITHIN_MS = 120_000;

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface BucketServer {
  readonly url: string;
  /** The only ones that it knows. */
  readonly keys: Keys;
  makeBucket(name: string): Promise<void>;
  put(bucket: string, key: string, content: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** Another program's S3 server on loopback: moto's, which keeps objects in memory and checks signatures as Amazon does. */
export async function startBucketServer(python: string): Promise<BucketServer> {
  const server = spawn(path.join(path.dirname(python), 'moto_server'), ['-H', '127.0.0.1', '-p', '0'], {
    env: { ...process.env, PYTHONUNBUFFERED: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  try {
    const url = await addressOf(server);
    const keys = await makeKeys(url);
    const client = new AwsClient({ ...keys, service: 's3', region: 'us-east-1', retries: 0 });
    const put = async (address: string, body?: Uint8Array) => {
      const response = await client.fetch(address, {
        method: 'PUT',
        ...(body ? { body: Buffer.from(body) } : {}),
      });
      if (!response.ok) throw new Error(`${address}: ${response.status} ${await response.text()}`);
    };
    return {
      url,
      keys,
      makeBucket: (name) => put(`${url}/${name}`),
      put: (bucket, key, content) =>
        put(`${url}/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`, content),
      close: () => stop(server),
    };
  } catch (error) {
    await stop(server);
    throw error;
  }
}

/** A user who may do everything with buckets; from then on nothing is answered without a right signature. */
async function makeKeys(url: string): Promise<Keys> {
  const nobody = new AwsClient({
    accessKeyId: 'none',
    secretAccessKey: 'none',
    service: 'iam',
    region: 'us-east-1',
    retries: 0,
  });
  const ask = async (fields: Record<string, string>) => {
    const body = new URLSearchParams({ Version: '2010-05-08', UserName: 'tester', ...fields }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const response = await nobody.fetch(url, { method: 'POST', headers, body });
    const text = await response.text();
    if (!response.ok) throw new Error(`${fields.Action}: ${response.status} ${text}`);
    return text;
  };
  await ask({ Action: 'CreateUser' });
  const Statement = [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }];
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  await ask({ Action: 'PutUserPolicy', PolicyName: 'all', PolicyDocument });
  const made = await ask({ Action: 'CreateAccessKey' });
  await fetch(`${url}/moto-api/reset-auth`, { method: 'POST', body: '0' });
  const valueOfTag = (tag: string) => new RegExp(`<${tag}>([^<]+)<`).exec(made)![1]!;
  return { accessKeyId: valueOfTag('AccessKeyId'), secretAccessKey: valueOfTag('SecretAccessKey') };
}

function addressOf(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const timer = setTimeout(
      () => reject(new Error(`the server of buckets does not start: ${said}`)),
      STARTS_WITHIN_MS,
    );
    const listen = (chunk: Buffer) => {
      said += chunk.toString();
      const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(said) ?? [];
      if (!url) return;
      clearTimeout(timer);
      resolve(url);
    };
    server.stdout!.on('data', listen);
    server.stderr!.on('data', listen);
    server.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`the server of buckets ended with ${code}: ${said}`));
    });
  });
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return;
  const exited = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGTERM');
  await exited;
}
