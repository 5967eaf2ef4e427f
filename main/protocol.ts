import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { protocol } from 'electron';

const scheme = 'lathe';
export const appOrigin = 'lathe://app';

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

/** Mantine places its styles in elements, hence 'unsafe-inline' for styles and for nothing else. */
const securityHeaders = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "font-src 'self'",
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** To be called before the app is ready: lathe:// gets an origin of its own and `fetch`, but may bypass nothing. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

/** Serve the page's files at lathe://app/ from one folder, and nothing else. */
export function serveApp(folder: string): void {
  protocol.handle(scheme, (request) => answer(folder, request));
}

/** Whether a URL belongs to the application's own page. */
export function isAppUrl(url: string): boolean {
  return URL.parse(url)?.protocol === `${scheme}:` && URL.parse(url)?.host === 'app';
}

async function answer(folder: string, request: Request): Promise<Response> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return refusal(405);
  const file = isAppUrl(request.url) ? fileFor(folder, new URL(request.url).pathname) : null;
  if (file === null) return refusal(404);
  try {
    const body = await readFile(file);
    const type = contentTypes[path.extname(file)] ?? 'application/octet-stream';
    return new Response(request.method === 'HEAD' ? null : body, {
      headers: { ...securityHeaders, 'content-type': type, 'cache-control': 'no-cache' },
    });
  } catch {
    return refusal(404);
  }
}

/**
 * The file that a path stands for, or null where it would leave the folder. Paths without an extension are screens of
 * the page, which its own router tells apart, so they all get index.html.
 */
function fileFor(folder: string, pathname: string): string | null {
  let decoded: string;
  try {
    decoded = decodeURIComponent(pathname);
  } catch {
    return null;
  }
  if (/[\0\\:]/.test(decoded)) return null;
  const parts = decoded.split('/').slice(1);
  if (parts.some((part) => part === '.' || part === '..')) return null;
  if (path.posix.extname(decoded) === '') return path.join(folder, 'index.html');
  return path.join(folder, ...parts);
}

function refusal(status: number): Response {
  return new Response(null, { status, headers: securityHeaders });
}
