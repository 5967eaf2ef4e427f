import { AppError } from '../../../kernel/app-error.ts';

const MOST_REDIRECTS = 5;
/** A server that says nothing for so long is gone. */
const SILENCE_MS = 60_000;

/** Asks for an address; the fetch of the platform, or one that signs. */
export type Ask = (
  url: URL,
  init: { headers: Record<string, string>; signal: AbortSignal; redirect: 'manual' },
) => Promise<Response>;

export interface AskOptions {
  readonly headers: Record<string, string>;
  /** Sent to the address's own origin only: a redirect to another host does not get it. */
  readonly authorization: string | null;
  readonly signal: AbortSignal;
}

/**
 * GET an address and follow up to five redirects. A redirect from https to http, or to anything else, is refused.
 *
 * @returns the answer and the address that gave it, whatever its status
 * @throws AppError TARGET_FAILED where the server does not answer
 */
export async function get(
  url: string,
  { headers, authorization, signal }: AskOptions,
  ask: Ask = fetch,
): Promise<{ response: Response; url: URL }> {
  const origin = new URL(url).origin;
  let here = new URL(url);
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const sent = authorization !== null && here.origin === origin ? { ...headers, authorization } : headers;
    const response = await asked(ask, here, sent, signal);
    const location = response.headers.get('location');
    if (![301, 302, 303, 307, 308].includes(response.status) || location === null)
      return { response, url: here };
    await response.body?.cancel();
    if (!URL.canParse(location, here.href)) throw failed(here, `sends to "${location}", which is no address`);
    const next = new URL(location, here);
    if (!/^https?:$/.test(next.protocol) || (here.protocol === 'https:' && next.protocol === 'http:')) {
      throw failed(here, `sends to ${next.protocol}//${next.host}, which is not as safe`);
    }
    here = next;
  }
  throw failed(here, `was reached by more than ${MOST_REDIRECTS} redirects`);
}

async function asked(
  ask: Ask,
  url: URL,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Response> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), SILENCE_MS);
  try {
    return await ask(url, {
      headers: { 'user-agent': 'lathe', ...headers },
      signal: AbortSignal.any([signal, silence.signal]),
      redirect: 'manual',
    });
  } catch (error) {
    signal.throwIfAborted();
    throw unreachable(url, error);
  } finally {
    clearTimeout(timer);
  }
}

export function unreachable(url: URL, error: unknown): AppError {
  const { message, cause } = error as Error;
  const why = cause instanceof Error && cause.message !== '' ? cause.message : message;
  return new AppError('TARGET_FAILED', `${url.host} does not answer: ${why}.`, {
    nextStep: 'Check the address and the connection, then run it again; it continues where it stopped.',
    details: { host: url.host },
    cause: error,
  });
}

/** A host that answers, but not with what was asked for. */
export function failed(url: URL, reason: string, nextStep = 'Check the address.'): AppError {
  return new AppError('TARGET_FAILED', `${url.origin}${url.pathname} ${reason}.`, {
    nextStep,
    details: { host: url.host, path: url.pathname },
  });
}

/** What a status other than success means. */
export function refusedBy(url: URL, { status }: Response): AppError {
  const details = { host: url.host, path: url.pathname, status };
  if (status === 404 || status === 410) {
    return new AppError('PATH_NOT_FOUND', `${url.origin}${url.pathname} does not exist (status ${status}).`, {
      nextStep: 'Check the address.',
      details,
    });
  }
  const nextStep =
    status === 401 || status === 403
      ? 'Name a credential that may read it (on the command line lathe credential set NAME, then --credential NAME).'
      : 'Try again later; it continues where it stopped.';
  return new AppError('TARGET_FAILED', `${url.origin}${url.pathname} was refused with status ${status}.`, {
    nextStep,
    details,
  });
}
