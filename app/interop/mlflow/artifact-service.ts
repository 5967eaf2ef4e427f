import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import type { Tracking } from '../../kernel/ports/tracking.ts';
import { joinPath, safePath } from './artifact-path.ts';
import { filesIn } from './artifact-routes.ts';
import { listed } from './entity-json.ts';
import { absent, invalid, MlflowError } from './mlflow-error.ts';
import { createMultipartUploads } from './multipart-uploads.ts';
import { Fields, type JsonObject } from './request-fields.ts';

const SLICE_BYTES = 1 << 20;

export interface ArtifactRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Decoded, below `/mlflow-artifacts/`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: () => AsyncIterable<Uint8Array>;
  readonly json: () => Promise<JsonObject>;
}

/** The bytes of artifacts through the server: list, upload, download, delete, and uploads in parts. */
export function createArtifactService(tracking: Tracking) {
  const { files } = tracking;
  const uploads = createMultipartUploads(files);

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

  async function begin({ request, json }: ArtifactRequest, folder: string): Promise<object> {
    const fields = new Fields(await json());
    const target = safePath(
      joinPath(folder, path.posix.basename(fields.requiredText('path').replace(/\\/g, '/'))),
    );
    const parts = fields.integer('num_parts') ?? 1;
    const id = await uploads.begin(target, parts);
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
      call.response.setHeader('ETag', await uploads.part(id, Number(number), call.body()));
      return {};
    }
    if (method === 'POST' && (service === 'mpu/complete' || service === 'mpu/abort')) {
      const fields = new Fields(await call.json());
      const id = fields.requiredText('upload_id');
      if (service === 'mpu/complete') await uploads.complete(id, tagsOf(fields.raw('parts')));
      else await uploads.abort(id);
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

/** The tags of parts by their numbers, as the client repeats them. */
function tagsOf(parts: unknown): Map<number, string> {
  const tags = new Map<number, string>();
  for (const part of Array.isArray(parts) ? parts : []) {
    const { part_number: number, etag } = (part ?? {}) as Record<string, unknown>;
    if (Number.isInteger(number) && typeof etag === 'string') tags.set(number as number, etag);
  }
  return tags;
}
