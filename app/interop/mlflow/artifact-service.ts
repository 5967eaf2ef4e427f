import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import type { Tracking } from '../../kernel/ports/tracking.ts';
import { joinPath, safePath } from './artifact-path.ts';
import { filesIn } from './artifact-routes.ts';
import { listed } from './entity-json.ts';
import { absent, invalid, MlflowError } from './mlflow-error.ts';
import { Fields, type JsonObject } from './request-fields.ts';

const SLICE_BYTES = 1 << 20;
const MOST_PARTS = 10_000;
const MOST_UPLOADS = 100;

export interface ArtifactRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Decoded, below `/mlflow-artifacts/`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: () => AsyncIterable<Uint8Array>;
  readonly json: () => Promise<JsonObject>;
}

interface Multipart {
  readonly target: string;
  /** Ids of parts on the disk, by number. */
  readonly parts: Map<number, string>;
}

/** The bytes of artifacts through the server: list, upload, download, delete, and uploads in parts. */
export function createArtifactService(tracking: Tracking) {
  const { files } = tracking;
  const uploads = new Map<string, Multipart>();

  async function download({ response }: ArtifactRequest, path: string): Promise<undefined> {
    const file = files.find(path);
    if (!file) {
      if (files.list(path).length > 0)
        throw invalid(`Artifact path refers to a directory, not a file: '${path}'`);
      throw absent(`No such artifact: '${path}'`);
    }
    const name = path.split('/').at(-1)!;
    response.writeHead(200, {
      // Never shown by a browser: it is someone else's content at this server's address.
      'Content-Type': 'application/octet-stream',
      'Content-Disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
      'Content-Length': file.sizeBytes,
    });
    for (let offset = 0; offset < file.sizeBytes; offset += SLICE_BYTES) {
      const slice = await files.read(file.digest, offset, SLICE_BYTES);
      if (slice.length === 0 || response.destroyed) break;
      if (!response.write(slice))
        await new Promise<void>((resolve) => {
          response.once('drain', resolve);
          response.once('close', resolve);
        });
    }
    response.end();
    return undefined;
  }

  function upload(id: string): Multipart {
    const found = uploads.get(id);
    if (!found) throw absent(`No such upload: '${id}'`);
    return found;
  }

  async function forget(id: string): Promise<void> {
    const { parts } = upload(id);
    uploads.delete(id);
    for (const part of parts.values()) await files.dropSpooled(part);
  }

  async function begin({ request, json }: ArtifactRequest, folder: string): Promise<object> {
    const fields = new Fields(await json());
    const target = safePath(
      joinPath(folder, path.posix.basename(fields.requiredText('path').replace(/\\/g, '/'))),
    );
    const parts = fields.integer('num_parts') ?? 1;
    if (parts < 1 || parts > MOST_PARTS)
      throw invalid(`A file is uploaded in 1 to ${MOST_PARTS} parts, not ${parts}.`);
    if (uploads.size >= MOST_UPLOADS) await forget(uploads.keys().next().value!);
    const id = randomUUID();
    uploads.set(id, { target, parts: new Map() });
    const base = `http://${request.headers.host}/api/2.0/mlflow-artifacts/mpu/part/${id}`;
    return {
      upload_id: id,
      credentials: Array.from({ length: parts }, (_, index) => ({
        url: `${base}/${index + 1}`,
        part_number: index + 1,
        // The client sends a part with these headers alone: what it showed us is given back to it.
        headers: { Authorization: request.headers.authorization ?? '' },
      })),
    };
  }

  async function part({ body, response }: ArtifactRequest, id: string, number: number): Promise<object> {
    const { parts } = upload(id);
    if (!Number.isInteger(number) || number < 1 || number > MOST_PARTS)
      throw invalid(`There is no part ${number}.`);
    const hash = createHash('md5');
    async function* hashed() {
      for await (const chunk of body()) {
        hash.update(chunk);
        yield chunk;
      }
    }
    const kept = await files.spool(hashed());
    const before = parts.get(number);
    parts.set(number, kept);
    if (before !== undefined) await files.dropSpooled(before);
    response.setHeader('ETag', `"${hash.digest('hex')}"`);
    return {};
  }

  async function complete(id: string): Promise<object> {
    const { target, parts } = upload(id);
    const numbers = [...parts.keys()].sort((a, b) => a - b);
    if (numbers.length === 0 || numbers.at(-1) !== numbers.length)
      throw invalid(`The upload '${id}' lacks parts: ${numbers.length} of ${numbers.at(-1) ?? 1} are here.`);
    async function* whole() {
      for (const number of numbers) yield* files.spooled(parts.get(number)!);
    }
    await files.put(target, whole());
    await forget(id);
    return {};
  }

  /** @returns what becomes the JSON answer, or undefined where the answer was written */
  return async (call: ArtifactRequest): Promise<object | undefined> => {
    const { method = '' } = call.request;
    if (call.path === 'artifacts' && method === 'GET') {
      const folder = safePath(call.query.get('path') ?? '');
      return { ...listed('files', filesIn(tracking, folder, '')) };
    }
    const [, service, rest] =
      /^(artifacts|mpu\/create|mpu\/complete|mpu\/abort|mpu\/part)\/(.+)$/.exec(call.path) ?? [];
    if (service === 'artifacts') {
      const path = safePath(rest!);
      if (method === 'GET') return download(call, path);
      if (method === 'PUT') {
        await files.put(path, call.body());
        return {};
      }
      if (method === 'DELETE') {
        files.remove(path);
        return {};
      }
    }
    if (method === 'POST' && service === 'mpu/create') return begin(call, safePath(rest!));
    if (method === 'PUT' && service === 'mpu/part') {
      const [id = '', number] = rest!.split('/');
      return part(call, id, Number(number));
    }
    if (method === 'POST' && (service === 'mpu/complete' || service === 'mpu/abort')) {
      const id = new Fields(await call.json()).requiredText('upload_id');
      if (service === 'mpu/complete') return complete(id);
      await forget(id);
      return {};
    }
    if (method === 'GET' && call.path.startsWith('presigned/'))
      throw new MlflowError(
        'NOT_IMPLEMENTED',
        'Multipart download is not supported for the current artifact repository',
      );
    throw new MlflowError('ENDPOINT_NOT_FOUND', `There is no ${method} /mlflow-artifacts/${call.path}.`);
  };
}
