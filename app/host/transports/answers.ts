import type { ServerResponse } from 'node:http';
import type { ErrorData } from '../../contract/errors.ts';
import { wireError } from './error-mapping.ts';

/** What every answer carries, whatever it is: no sniffing, no referrer, no embedding, no sharing with other sites. */
export const commonHeaders: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Content-Security-Policy':
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Cache-Control': 'no-store',
};

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
  });
  response.end(text);
}

/**
 * Answer with an error in the form that the contract's procedures use. Where a body was announced and not read, the
 * connection ends with the answer, so that nobody can keep the server busy with bytes that it will not look at.
 */
export function sendError(response: ServerResponse, error: WireError): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  leaveBodyUnread(response);
  sendJson(response, error.status, error.toJSON());
}

function leaveBodyUnread(response: ServerResponse): void {
  const { complete, headers } = response.req;
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  if (hasBody && !complete) response.setHeader('Connection', 'close');
}

type WireError = ReturnType<typeof wireError>;

/** 405 has no entry in the error table: it is NOT_FOUND with the status and header that HTTP has for it. */
export function sendMethodNotAllowed(
  response: ServerResponse,
  pathname: string,
  allowed: readonly string[],
): void {
  const data: Partial<ErrorData> = {
    nextStep: allowed.length > 0 ? `Use ${allowed.join(' or ')}.` : 'Look at /api/v1/openapi.json.',
  };
  const error = wireError('NOT_FOUND', `${pathname} cannot be asked with ${response.req.method}.`, data);
  response.setHeader('Allow', allowed.join(', '));
  leaveBodyUnread(response);
  sendJson(response, 405, { ...error.toJSON(), status: 405 });
}
