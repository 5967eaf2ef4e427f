import type { IncomingMessage } from 'node:http';
import type { RecentRequest } from '../../contract/serving.contract.ts';
import type { WireTensor } from '../../kernel/ports/tensor-frames.ts';
import { readInferRequest } from './infer-request.ts';
import { writeInferResponse } from './infer-response.ts';
import { ProtocolError } from './protocol-error.ts';
import type { ServedModel, ServedModels } from './served-models.ts';
import { textsOf } from './tensor-to-json.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: readonly Uint8Array[];
}

export interface Call {
  readonly request: IncomingMessage;
  readonly parameters: Readonly<Record<string, string>>;
  readonly models: ServedModels;
  /** Lathe's own version. */
  readonly version: string;
  /** The whole body. @throws ProtocolError 413 above the limit */
  body(): Promise<Buffer>;
}

export interface Route {
  readonly method: 'GET' | 'POST';
  /** `{name}` stands for one part of the path. */
  readonly path: string;
  readonly handle: (call: Call) => Promise<Reply>;
}

/** Everything that the server answers. There is no other path and no other method. */
export const routes: readonly Route[] = [
  { method: 'GET', path: '/v2', handle: serverMetadata },
  { method: 'GET', path: '/v2/health/live', handle: async () => json(200, { live: true }) },
  { method: 'GET', path: '/v2/health/ready', handle: serverReady },
  { method: 'POST', path: '/v2/repository/index', handle: repositoryIndex },
  ...['/v2/models/{name}', '/v2/models/{name}/versions/{version}'].flatMap((model): Route[] => [
    { method: 'GET', path: model, handle: recorded('metadata', modelMetadata) },
    { method: 'GET', path: `${model}/ready`, handle: recorded('ready', modelReady) },
    { method: 'POST', path: `${model}/infer`, handle: recorded('infer', infer) },
  ]),
];

export function json(status: number, value: unknown, headers: Record<string, string> = {}): Reply {
  return {
    status,
    headers: { ...headers, 'content-type': 'application/json' },
    body: [Buffer.from(JSON.stringify(value))],
  };
}

/** What the meter is told beside status and time. */
interface Noted {
  shape: readonly number[];
  result: string;
}
type ModelHandler = (call: Call, served: ServedModel, noted: Noted) => Promise<Reply>;

async function serverMetadata({ version }: Call): Promise<Reply> {
  return json(200, { name: 'lathe', version, extensions: ['binary_tensor_data', 'model_repository'] });
}

async function serverReady({ models }: Call): Promise<Reply> {
  const away = models.all.filter(({ connection }) => !connection.open).map(({ endpoint }) => endpoint.name);
  return json(away.length === 0 ? 200 : 503, { ready: away.length === 0 });
}

async function repositoryIndex({ models, body }: Call): Promise<Reply> {
  await body();
  return json(
    200,
    models.all.map(({ endpoint, connection }) => ({
      name: endpoint.name,
      version: String(endpoint.version),
      state: connection.open ? 'READY' : 'UNAVAILABLE',
      reason: connection.open ? '' : 'its worker is being started again',
    })),
  );
}

async function modelMetadata(_call: Call, { endpoint }: ServedModel): Promise<Reply> {
  const specs = (tensors: typeof endpoint.signature.inputs) =>
    tensors.map(({ name, datatype, shape }) => ({ name, datatype, shape }));
  return json(200, {
    name: endpoint.name,
    versions: [String(endpoint.version)],
    platform: 'onnxruntime_onnx',
    inputs: specs(endpoint.signature.inputs),
    outputs: specs(endpoint.signature.outputs),
  });
}

async function modelReady(_call: Call, { endpoint, connection }: ServedModel): Promise<Reply> {
  return json(connection.open ? 200 : 503, { name: endpoint.name, ready: connection.open });
}

async function infer(call: Call, _served: ServedModel, noted: Noted): Promise<Reply> {
  const headerLength = call.request.headers['inference-header-content-length']?.toString();
  const body = await call.body();
  // Looked up again: while a slow body arrived, the endpoint may have switched to another version.
  const { endpoint, connection } = modelOf(call);
  const request = readInferRequest(body, headerLength, endpoint.signature);
  noted.shape = request.inputs[0]?.shape ?? [];
  const { outputs, modelMs } = await connection.infer(
    request.inputs,
    request.outputs.map(({ name }) => name),
  );
  noted.result = summary(outputs, endpoint.labels);
  return { status: 200, ...writeInferResponse(endpoint, request, outputs, modelMs) };
}

/** The first predicted label if there is one, else the number of rows. */
function summary(outputs: readonly WireTensor[], labels: readonly string[] | null): string {
  for (const { datatype, bytes } of outputs) {
    if (datatype === 'BYTES' && bytes.byteLength > 0) return textsOf(bytes)[0]!.slice(0, 100);
    if (datatype === 'INT64' && labels && bytes.byteLength >= 8) {
      const value = String(new BigInt64Array(bytes.buffer, bytes.byteOffset, 1)[0]);
      if (labels.includes(value)) return value;
    }
  }
  const rows = outputs[0]?.shape[0] ?? 1;
  return rows === 1 ? '1 row' : `${rows} rows`;
}

/** Find the model that the path names, and count the call for it, however it ends. */
function recorded(kind: RecentRequest['call'], handle: ModelHandler): Route['handle'] {
  return async (call) => {
    const served = modelOf(call);
    const startedAt = performance.now();
    const noted: Noted = { shape: [], result: '' };
    const note = (status: number, result: string) => {
      const durationMs = performance.now() - startedAt;
      served.meter.record({
        at: Date.now(),
        call: kind,
        shape: [...noted.shape],
        status,
        result,
        durationMs,
      });
      call.models.recorded.emit(served.endpoint.id);
    };
    try {
      const reply = await handle(call, served, noted);
      note(reply.status, noted.result);
      return reply;
    } catch (error) {
      note(error instanceof ProtocolError ? error.status : 500, (error as Error).message.slice(0, 300));
      throw error;
    }
  };
}

function modelOf({ parameters: { name = '', version }, models }: Call): ServedModel {
  const served = models.byName(name);
  if (!served) {
    const there = models.all.map(({ endpoint }) => `"${endpoint.name}"`).join(', ') || 'none';
    throw new ProtocolError(404, `No endpoint "${name}" is served here; there is ${there}.`);
  }
  if (version !== undefined && version !== String(served.endpoint.version)) {
    throw new ProtocolError(
      404,
      `Endpoint "${name}" serves version ${served.endpoint.version}, not ${version}.`,
    );
  }
  return served;
}
