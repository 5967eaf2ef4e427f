import type { Fields } from './request-fields.ts';

/** A request below `/api/2.0/mlflow/`. */
export interface Call {
  readonly fields: Fields;
  /** A segment of the path that the route names in braces. */
  readonly segment: (name: string) => string;
}

/** Answers with what becomes JSON; it checks first and writes then, all within one transaction. */
export type Handler = (call: Call) => object;

/** Handlers by method and path: `POST runs/create`, `GET logged-models/{model_id}`. */
export type Routes = Readonly<Record<string, Handler>>;

export interface FoundRoute {
  readonly handler: Handler;
  readonly segments: Readonly<Record<string, string>>;
}

/** The routes as a function from method and path; `otherMethod` where only another method has the path. */
export function routeFinder(
  routes: Routes,
): (method: string, path: string) => FoundRoute | 'otherMethod' | null {
  const entries = Object.entries(routes).map(([route, handler]) => {
    const [method, path] = route.split(' ') as [string, string];
    return { method, parts: path.split('/'), handler };
  });
  return (method, path) => {
    const direct = routes[`${method} ${path}`];
    if (direct && !path.includes('{')) return { handler: direct, segments: {} };
    const sent = path.split('/');
    let otherMethod = false;
    for (const entry of entries) {
      const segments = match(entry.parts, sent);
      if (!segments) continue;
      if (entry.method === method) return { handler: entry.handler, segments };
      otherMethod = true;
    }
    return otherMethod ? 'otherMethod' : null;
  };
}

function match(parts: readonly string[], sent: readonly string[]): Record<string, string> | null {
  if (parts.length !== sent.length) return null;
  const segments: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    if (part.startsWith('{')) segments[part.slice(1, -1)] = sent[index]!;
    else if (part !== sent[index]) return null;
  }
  return segments;
}
