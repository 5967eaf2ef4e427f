import type { ErrorCode } from '../../contract/errors.ts';
import type { Tensor } from '../../contract/serving.contract.ts';
import { AppError } from '../../kernel/app-error.ts';

/**
 * Send tensors to an endpoint over HTTP. Integers that a double cannot hold come back as decimal strings.
 *
 * @throws AppError INVALID_INPUT for tensors that do not fit the model, NOT_READY while the endpoint is away …
 */
export async function inferOverHttp(
  url: string,
  token: string,
  inputs: readonly Tensor[],
): Promise<{ outputs: Tensor[]; durationMs: number; modelMs: number | null }> {
  const startedAt = performance.now();
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ inputs }),
    });
    text = await response.text();
  } catch (error) {
    throw new AppError('NOT_READY', `The endpoint at ${url} does not answer.`, {
      details: { url },
      cause: error,
    });
  }
  const durationMs = performance.now() - startedAt;
  if (!response.ok) throw refusal(response.status, text, url);
  const modelMs = /model;dur=([\d.]+)/.exec(response.headers.get('server-timing') ?? '')?.[1];
  return { outputs: outputsOf(text), durationMs, modelMs: modelMs === undefined ? null : Number(modelMs) };
}

const codes: Readonly<Record<number, ErrorCode>> = {
  400: 'INVALID_INPUT',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  413: 'TOO_LARGE',
  503: 'NOT_READY',
};

function refusal(status: number, text: string, url: string): AppError {
  let message = text;
  try {
    message = String((JSON.parse(text) as { error?: unknown }).error ?? text);
  } catch {
    // A text that is no JSON is the message itself.
  }
  return new AppError(codes[status] ?? 'TARGET_FAILED', message, { details: { status, url } });
}

function outputsOf(text: string): Tensor[] {
  // Only long digits can lose anything, and reading with a reviver is slow.
  const response = (/\d{16}/.test(text) ? JSON.parse(text, keepInteger) : JSON.parse(text)) as {
    outputs: Tensor[];
  };
  return response.outputs.map(({ name, datatype, shape, data }) => ({
    name,
    datatype,
    shape,
    data: datatype.startsWith('FP') ? data.map(floatOf) : data,
  }));
}

function keepInteger(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  return context?.source !== undefined && /^-?\d+$/.test(context.source) ? context.source : value;
}

/** A float that was written without a point is a number all the same. */
function floatOf(value: Tensor['data'][number]): Tensor['data'][number] {
  return typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
}
