import { badRequest, ProtocolError } from './protocol-error.ts';
import { type Route, routes } from './routes.ts';

const patterns = routes.map((route) => ({ route, parts: route.path.split('/') }));

/** @throws ProtocolError 404 for an unknown path, 405 (with the allowed methods) for a known one */
export function findRoute(
  method: string,
  url: string,
): { readonly route: Route; readonly parameters: Record<string, string> } {
  const path = url.split('?', 1)[0]!;
  const parts = path.split('/').map(decoded);
  const matches = patterns.filter(
    (pattern) =>
      pattern.parts.length === parts.length &&
      pattern.parts.every((part, at) => part.startsWith('{') || part === parts[at]),
  );
  if (matches.length === 0)
    throw new ProtocolError(404, `There is nothing at ${path}; the protocol begins at /v2.`);
  const match = matches.find(({ route }) => route.method === method);
  if (!match)
    throw new MethodNotAllowed(
      method,
      path,
      matches.map(({ route }) => route.method),
    );
  const parameters: Record<string, string> = {};
  for (const [at, part] of match.parts.entries()) {
    if (part.startsWith('{')) parameters[part.slice(1, -1)] = parts[at]!;
  }
  return { route: match.route, parameters };
}

export class MethodNotAllowed extends ProtocolError {
  readonly allowed: string;

  constructor(method: string, path: string, allowed: readonly string[]) {
    super(405, `${path} answers ${allowed.join(', ')}, not ${method}.`);
    this.allowed = allowed.join(', ');
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw badRequest(`The path part "${part}" is not valid percent-encoding.`);
  }
}
