import type { ListenOptions } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { AppError } from '../../kernel/app-error.ts';

/** Every way to write this listener in a Host header; an address of this machine where it listens on all of them. */
export function hostNames(host: string, port: number): readonly string[] {
  const isAny = host === '0.0.0.0' || host === '::';
  const addresses = isAny
    ? [
        hostname(),
        ...Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map((one) => one.address)),
      ]
    : [host];
  const names = [
    '127.0.0.1',
    'localhost',
    '[::1]',
    ...addresses.map((name) => bracketed(name).toLowerCase()),
  ];
  return [...new Set(names)].flatMap((name) => (port === 80 ? [`${name}:80`, name] : [`${name}:${port}`]));
}

/** A host as it stands in a URL. */
export function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** What the operating system says of a listener, as a declared fault with its cure, or the error unchanged. */
export function listenFault(error: NodeJS.ErrnoException, where: ListenOptions): unknown {
  const { host = '', port = 0, path } = where;
  switch (error.code) {
    case 'EADDRINUSE':
      return new AppError('PORT_TAKEN', `Port ${port} of ${host || path} is taken by another program.`, {
        nextStep:
          'Stop the program that listens there, or pass --port 0 for any free port, or another --port.',
        details: { port },
        cause: error,
      });
    case 'EACCES':
      return new AppError('PORT_TAKEN', `This user may not listen on port ${port}.`, {
        nextStep: 'Pass a --port above 1023, or --port 0 for any free port.',
        details: { port },
        cause: error,
      });
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new AppError('INVALID_INPUT', `"${host}" is not an address of this computer.`, {
        nextStep: 'Pass --host 127.0.0.1 for this computer only, or --host 0.0.0.0 for the whole network.',
        details: { field: 'host', value: host },
        cause: error,
      });
    default:
      return error;
  }
}
