import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../../kernel/logger.ts';
import type { ModelRegistry, Tracking } from '../../kernel/ports/tracking.ts';
import { artifactRoutes } from './artifact-routes.ts';
import { createArtifactService } from './artifact-service.ts';
import { experimentRoutes } from './experiment-routes.ts';
import { loggedModelRoutes } from './logged-model-routes.ts';
import { loggingRoutes } from './logging-routes.ts';
import { metricRoutes } from './metric-routes.ts';
import { fromAppError, invalid, MlflowError } from './mlflow-error.ts';
import { modelVersionRoutes } from './model-version-routes.ts';
import { registryRoutes } from './registry-routes.ts';
import { Fields, type JsonObject } from './request-fields.ts';
import { routeFinder } from './route.ts';
import { runRoutes } from './run-routes.ts';
import { createWriteQueue } from './write-queue.ts';

/** The release of MLflow whose protocol is spoken here; clients ask for it. */
export const MLFLOW_VERSION = '3.17.2';

/** The largest is a batch of data sets with their profiles. */
const JSON_BYTES = 32 * 2 ** 20;

/** Names of query parameters that may come several times. */
const LISTS: ReadonlySet<string> = new Set(['run_ids', 'order_by', 'stages', 'experiment_ids']);

export interface MlflowHttpOptions {
  readonly tracking: Tracking;
  readonly registry: ModelRegistry;
  /** Do something in a project instead of the current one. @throws AppError NOT_FOUND */
  readonly within: <T>(project: string, action: () => T) => T;
  readonly log: Logger;
  /** The body of a request as it comes, within limits of size and silence. */
  readonly readBody: (
    request: IncomingMessage,
    response: ServerResponse,
    mostBytes: number,
  ) => AsyncIterable<Uint8Array>;
  readonly mostUploadBytes: number;
}

export interface MlflowRequest {
  /** As it was sent, encoded. */
  readonly sentPath: string;
  readonly query: URLSearchParams;
}

export interface MlflowHttp {
  answer(request: IncomingMessage, response: ServerResponse, target: MlflowRequest): Promise<void>;
}

const PREFIX = /^\/(?:ajax-)?api\/(?:2\.0|3\.0)\/(mlflow|mlflow-artifacts)(?:\/|$)/;
/** What an address ends with that chooses a project: `http://host:4780/p/vision`. */
const PROJECT = /^\/p\/([^/]+)(?=\/)/;

/** Whether a path is of MLflow's protocol. */
export function isMlflowPath(path: string): boolean {
  const plain = path.replace(PROJECT, '');
  return plain === '/health' || plain === '/version' || /^\/(?:ajax-)?api\/[23]\.0(?:\/|$)/.test(plain);
}

/** MLflow's tracking server, model registry and artifact service over HTTP. Whoever mounts it has checked who asks. */
export function createMlflowHttp(options: MlflowHttpOptions): MlflowHttp {
  const { tracking, registry, log } = options;
  const find = routeFinder({
    ...experimentRoutes(tracking),
    ...runRoutes(tracking),
    ...loggingRoutes(tracking),
    ...metricRoutes(tracking),
    ...artifactRoutes(tracking),
    ...loggedModelRoutes(tracking),
    ...registryRoutes(registry),
    ...modelVersionRoutes(tracking, registry),
    'GET server-info': () => serverInfo,
  });
  const writes = createWriteQueue(tracking.transaction);
  const artifacts = createArtifactService(tracking);

  async function respond(
    request: IncomingMessage,
    response: ServerResponse,
    { sentPath: wholePath, query }: MlflowRequest,
  ): Promise<object | undefined> {
    const method = request.method ?? '';
    const [sentProject = '', project] = PROJECT.exec(wholePath) ?? [];
    const sentPath = wholePath.slice(sentProject.length);
    if (sentPath === '/health' || sentPath === '/version') {
      response.writeHead(200, { 'Content-Type': 'text/plain' });
      response.end(sentPath === '/health' ? 'OK' : MLFLOW_VERSION);
      return undefined;
    }
    const [prefix = '', service] = PREFIX.exec(sentPath) ?? [];
    const path = decodeURIComponent(sentPath.slice(prefix.length));
    const json = () => readJson(request, response);
    if (service === 'mlflow-artifacts') {
      const body = () => options.readBody(request, response, options.mostUploadBytes);
      return artifacts({ request, response, path, query, body, json });
    }
    const route = service === undefined ? null : find(method, path);
    if (route === null)
      throw new MlflowError('ENDPOINT_NOT_FOUND', `Lathe has nothing at ${method} ${sentPath}.`);
    if (route === 'otherMethod')
      throw new MlflowError('ENDPOINT_NOT_FOUND', `${sentPath} cannot be asked with ${method}.`);
    const fields = new Fields(method === 'GET' ? fromQuery(query, path) : await json());
    const segment = (name: string) => route.segments[name]!;
    const handle = () => route.handler({ fields, segment });
    return writes.run(
      project === undefined ? handle : () => options.within(decodeURIComponent(project), handle),
    );
  }

  async function readJson(request: IncomingMessage, response: ServerResponse): Promise<JsonObject> {
    const type = request.headers['content-type'] ?? '';
    const chunks: Uint8Array[] = [];
    for await (const chunk of options.readBody(request, response, JSON_BYTES)) chunks.push(chunk);
    if (!/^application\/json\s*(;|$)/i.test(type) && (request.method === 'POST' || request.method === 'PUT'))
      throw invalid("Bad Request. Content-Type must be one of ['application/json'].");
    return asObject(Buffer.concat(chunks).toString('utf8'));
  }

  return {
    async answer(request, response, target) {
      try {
        const answer = await respond(request, response, target);
        if (answer !== undefined) send(response, 200, answer);
      } catch (error) {
        const known = fromAppError(error);
        if (response.headersSent || (error as Error).name === 'AbortError') {
          response.destroy();
          return;
        }
        if (known) return refuse(response, known);
        const incident = log.error('a request of an MLflow client failed', error, { path: target.sentPath });
        refuse(response, new MlflowError('INTERNAL_ERROR', `Lathe made a mistake (incident ${incident}).`));
      }
    },
  };
}

const serverInfo = {
  store_type: 'SqlStore',
  workspaces_enabled: false,
  trace_archival_enabled: false,
  multipart_uploads_enabled: true,
  multipart_downloads_enabled: false,
  presigned_upload_run_id_supported: false,
  presigned_upload_model_id_supported: false,
  features_enabled: { gateway: false },
};

/** What is no JSON object counts as none, as it does for MLflow's server; old clients send the text of one as a JSON text. */
function asObject(text: string): JsonObject {
  try {
    let value: unknown = JSON.parse(text);
    if (typeof value === 'string') value = JSON.parse(value);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
  } catch {
    return {};
  }
}

function fromQuery(query: URLSearchParams, path: string): JsonObject {
  const isList = (name: string) =>
    LISTS.has(name) || (name === 'run_id' && path === 'metrics/get-history-bulk');
  return Object.fromEntries(
    [...new Set(query.keys())].map((name) => [name, isList(name) ? query.getAll(name) : query.get(name)]),
  );
}

/** Answer with an error in the form that MLflow's clients read; a body that was not read ends the connection. */
export function refuse(response: ServerResponse, error: MlflowError): void {
  if (!response.req.complete) response.setHeader('Connection', 'close');
  send(response, error.status, error.toJSON());
}

function send(response: ServerResponse, status: number, body: object): void {
  // As bytes: Node takes several milliseconds more to write a text of a megabyte.
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': bytes.length });
  response.end(bytes);
}
