import type { WireTensor } from '../../kernel/ports/tensor-frames.ts';
import type { InferRequest } from './infer-request.ts';
import { tensorToJson } from './tensor-to-json.ts';

export interface InferResponse {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: readonly Uint8Array[];
}

/**
 * Write the answer to an infer request: JSON, followed by the raw tensors that were asked for as binary.
 *
 * @param modelMs told in `Server-Timing`, so that a client can tell the model's time from the way there and back
 */
export function writeInferResponse(
  model: { readonly name: string; readonly version: number },
  request: InferRequest,
  outputs: readonly WireTensor[],
  modelMs: number,
): InferResponse {
  const raw: Uint8Array[] = [];
  const texts = request.outputs.map(({ name, binary }) => {
    const output = outputs.find((candidate) => candidate.name === name)!;
    const head = JSON.stringify({ name, datatype: output.datatype, shape: output.shape }).slice(0, -1);
    if (!binary) return `${head},"data":${tensorToJson(output)}}`;
    raw.push(output.bytes);
    return `${head},"parameters":{"binary_data_size":${output.bytes.byteLength}}}`;
  });
  const head = JSON.stringify({
    model_name: model.name,
    model_version: String(model.version),
    ...(request.id !== undefined && { id: request.id }),
  }).slice(0, -1);
  const json = Buffer.from(`${head},"outputs":[${texts.join(',')}]}`, 'utf8');
  const timing = { 'server-timing': `model;dur=${modelMs.toFixed(3)}` };
  if (raw.length === 0) return { headers: { ...timing, 'content-type': 'application/json' }, body: [json] };
  return {
    headers: {
      ...timing,
      'content-type': 'application/octet-stream',
      'inference-header-content-length': String(json.byteLength),
    },
    body: [json, ...raw],
  };
}
