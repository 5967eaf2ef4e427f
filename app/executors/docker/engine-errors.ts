import { AppError } from '../../kernel/app-error.ts';

/** Errors of the connection, before or while the engine answers: nothing is known about what it did. */
const CONNECTION = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'ENOENT',
  'EACCES',
  'EPERM',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'ENOTSOCK',
  'ESSH',
]);

/** The engine answered, and not with what was asked for. */
export function statusOf(error: unknown): number | null {
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' ? status : null;
}

/** What the engine itself says, without the client's frame of "(HTTP code 404) no such container - …". */
export function wordsOf(error: unknown): string {
  const json = (error as { json?: { message?: unknown; cause?: unknown } } | null)?.json;
  if (typeof json?.message === 'string') return json.message.trim();
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/^\(HTTP code \d+\) [^-]*- /, '').trim();
}

/** Whether the connection failed: the engine is not there, or went away before it had answered. */
export function isOutage(error: unknown): boolean {
  if (statusOf(error) !== null) return false;
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  if (
    typeof code === 'string' &&
    (CONNECTION.has(code) || /^(ERR_TLS|CERT_|ERR_SSL|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED)/.test(code))
  )
    return true;
  return typeof message === 'string' && /socket hang up|^aborted$|^EngineSilent/.test(message);
}

/** An outage as a declared fault: nothing is concluded from it, and it is tried again later. */
export function outage(error: unknown, host: string): AppError {
  const code = String((error as { code?: unknown }).code ?? '');
  const options = { details: { engine: host, system: code }, cause: error };
  if (code === 'EACCES' || code === 'EPERM')
    return new AppError('TARGET_FAILED', `This user may not use the container engine at ${host}.`, {
      ...options,
      nextStep:
        'Add your user to the group "docker" (sudo usermod -aG docker $USER), log in again, or use rootless Docker or Podman.',
    });
  if (code === 'ESSH')
    return new AppError(
      'TARGET_FAILED',
      `ssh could not reach the engine at ${host}: ${(error as Error).message}`,
      {
        ...options,
        nextStep: `Check that "ssh HOST docker version" works in a terminal without a password; Lathe uses the same ssh.`,
      },
    );
  if (/TLS|CERT|SSL|SELF_SIGNED|UNABLE_TO/.test(code))
    return new AppError(
      'TARGET_FAILED',
      `The engine at ${host} and this machine do not trust each other (${code}).`,
      {
        ...options,
        nextStep:
          'Check the paths of the CA, the certificate and the key, and that the certificate names this host.',
      },
    );
  return new AppError(
    'TARGET_FAILED',
    `The container engine at ${host} does not answer (${code || (error as Error).message}).`,
    {
      ...options,
      nextStep: startAdvice(host),
    },
  );
}

/** An answer that no question was prepared for. */
export function unexpected(error: unknown): AppError {
  const status = statusOf(error);
  if (status === 404)
    return new AppError('NOT_FOUND', `The engine does not have it: ${wordsOf(error)}`, {
      nextStep: 'Run it again: what is missing is then made ready once more.',
      cause: error,
    });
  return new AppError('TARGET_FAILED', `The engine refused: ${wordsOf(error)}`, {
    nextStep: 'Look at the log of the engine (journalctl -u docker).',
    details: { status },
    cause: error,
  });
}

/** No engine was found at all. */
export function noEngine(looked: readonly string[]): AppError {
  return new AppError('TARGET_FAILED', 'No container engine was found on this machine.', {
    nextStep:
      'Install Docker or Podman and start it (sudo systemctl start docker, or systemctl --user start podman.socket), or name its address in the target.',
    details: { looked: looked.join(', ') },
  });
}

function startAdvice(host: string): string {
  if (host.includes('podman')) return 'Start it: systemctl --user start podman.socket';
  if (host.startsWith('unix:') && !host.startsWith('unix:///var/run/'))
    return 'Start it: systemctl --user start docker, or open Docker Desktop; check that the socket is the right one.';
  if (host.startsWith('unix:')) return 'Start it: sudo systemctl start docker';
  if (host.startsWith('npipe:'))
    return 'Open Docker Desktop and wait until it says that the engine is running.';
  return 'Check the address, that the engine listens there, and that no firewall stands between.';
}
