import type { ServedTracking } from '../support/mlflow-servers.ts';

/** A server of MLflow's protocol, asked the way its clients do. */
export interface TrackingClient {
  readonly served: ServedTracking;
  /** @throws for any answer but 200, with what the server said */
  post<T = unknown>(path: string, body: unknown): Promise<T>;
  get<T = unknown>(path: string, query: Readonly<Record<string, string | number>>): Promise<T>;
  /** A new run in an experiment of this name, which is made if there is none. */
  addRun(experiment: string): Promise<string>;
}

export function trackingClient(served: ServedTracking): TrackingClient {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (served.token !== '') headers.authorization = `Bearer ${served.token}`;
  async function ask<T>(path: string, init: RequestInit): Promise<T> {
    const answer = await fetch(`${served.url}${path}`, { ...init, headers });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text.slice(0, 300)}`);
    return JSON.parse(text) as T;
  }
  const client: TrackingClient = {
    served,
    post: (path, body) => ask(`/api/2.0/mlflow/${path}`, { method: 'POST', body: JSON.stringify(body) }),
    get: (path, query) =>
      ask(
        `/api/2.0/mlflow/${path}?${new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]))}`,
        {},
      ),
    async addRun(experiment) {
      const { run } = await client.post<{ run: { info: { run_id: string } } }>('runs/create', {
        experiment_id: await experimentId(client, experiment),
        start_time: Date.now(),
      });
      return run.info.run_id;
    },
  };
  return client;
}

/** @returns the id of the experiment, which is made if there is none */
export async function experimentId(client: TrackingClient, name: string): Promise<string> {
  try {
    const { experiment } = await client.get<{ experiment: { experiment_id: string } }>(
      'experiments/get-by-name',
      { experiment_name: name },
    );
    return experiment.experiment_id;
  } catch {
    const made = await client.post<{ experiment_id: string }>('experiments/create', { name });
    return made.experiment_id;
  }
}
