import type { BenchRow } from './bench.ts';
import { beside, inTurns } from './run-measure.ts';
import { experimentId, type TrackingClient } from './track-client.ts';
import { faster } from './track-logging.ts';

const PAGE = 200;
const COMPARED = 100;
/** As many requests at a time as a browser sends to one server. */
const BROWSER_REQUESTS = 6;
const LIMIT = '≥ 20× faster';
/** Columns of a table that somebody looks at. */
const shown = [
  ...Array.from({ length: 8 }, (_, key) => `metrics.metric_${key}`),
  ...Array.from({ length: 4 }, (_, key) => `params.param_${key}`),
];

interface FoundRuns {
  readonly runs: readonly { readonly info: { readonly run_id: string }; readonly data: object }[];
}

/** What screens and scripts ask of an experiment `many`, by HTTP, the same of both; ratios are MLflow's time in ours. */
export async function searchRows(
  lathe: TrackingClient,
  mlflow: TrackingClient | null,
  rounds: number,
): Promise<BenchRow[]> {
  const filter = "metrics.metric_7 < 0.5 and params.param_3 = '5'";
  const order = 'metrics.metric_9 DESC';
  const ours = latheApi(lathe);
  const id = {
    lathe: await experimentId(lathe, 'many'),
    mlflow: mlflow && (await experimentId(mlflow, 'many')),
  };
  const search = (client: TrackingClient, experiment: string, more: object) =>
    client.post<FoundRuns>('runs/search', { experiment_ids: [experiment], max_results: PAGE, ...more });
  const asked = { filter, order_by: [order] };
  const firstOf = async (client: TrackingClient, experiment: string) =>
    (await search(client, experiment, { max_results: COMPARED })).runs.map(({ info }) => info.run_id);
  const compared = {
    lathe: await firstOf(lathe, id.lathe),
    mlflow: mlflow && (await firstOf(mlflow, id.mlflow!)),
  };

  return [
    await row(
      'search with a filter and an order, by MLflow’s protocol',
      async () => counted((await search(lathe, id.lathe, asked)).runs, PAGE),
      async (peer) => counted((await search(peer, id.mlflow!, asked)).runs, PAGE),
    ),
    await row(
      'the same, by Lathe’s own API',
      async () =>
        counted((await ours<{ runs: [] }>('runs', { filter, orderBy: order, limit: PAGE })).runs, PAGE),
      async (peer) => counted((await search(peer, id.mlflow!, asked)).runs, PAGE),
    ),
    await row(
      `table: first paint, ${PAGE} runs with ${shown.length} columns, as its page asks`,
      async () => counted((await ours<{ runs: [] }>('runs', { limit: PAGE, fields: shown })).runs, PAGE),
      async (peer) => counted((await search(peer, id.mlflow!, {})).runs, PAGE),
    ),
    await row(
      `table: the first ${PAGE} runs with all they have`,
      async () => counted((await ours<{ runs: [] }>('runs', { limit: PAGE })).runs, PAGE),
      async (peer) => counted((await search(peer, id.mlflow!, {})).runs, PAGE),
    ),
    await row(
      `compare ${COMPARED} runs`,
      async () =>
        counted(
          (await ours<{ runs: [] }>('runs/compare', undefined, { runs: compared.lathe })).runs,
          COMPARED,
        ),
      async (peer) => counted(await getEach(peer, compared.mlflow!), COMPARED),
      'MLflow: a request for each run, 6 at a time, as its page does',
    ),
    await row(
      'table: all 10,000 runs in groups of a parameter, means of 5 metrics',
      async () =>
        counted(
          (
            await ours<{ groups: [] }>('runs/groups', undefined, {
              by: ['params.param_3'],
              fields: shown.slice(0, 5),
            })
          ).groups,
          10,
        ),
      undefined,
      undefined,
      '≤ 300 ms',
    ),
    await row('SQL: mean of a metric by a parameter, all runs', async () =>
      counted(
        (
          await ours<{ rows: [] }>('runs/sql', undefined, {
            query: `SELECT p.value, avg(m.last) FROM params p JOIN metrics m USING (run_id)
                    WHERE p.key = 'param_3' AND m.key = 'metric_7' GROUP BY p.value`,
          })
        ).rows,
        10,
      ),
    ),
  ];

  async function row(
    what: string,
    measured: () => Promise<void>,
    peerMeasured?: (peer: TrackingClient) => Promise<void>,
    note?: string,
    limit = LIMIT,
  ): Promise<BenchRow> {
    const about = { what, oursUnit: 'ms', ...(note !== undefined && { note }) };
    const alone = { ...about, ...(limit !== LIMIT && { limit }) };
    if (!mlflow || !peerMeasured)
      return { ...alone, ours: (await inTurns(rounds, { ours: () => timed(measured) })).ours };
    const spent = await inTurns(rounds, {
      ours: () => timed(measured),
      peer: () => timed(() => peerMeasured(mlflow)),
    });
    return faster(beside({ ...about, limit }, spent.ours, { name: 'mlflow server', value: spent.peer }));
  }
}

async function timed(action: () => Promise<void>): Promise<number> {
  const since = performance.now();
  await action();
  return performance.now() - since;
}

function counted(rows: readonly unknown[], expected: number): void {
  if (rows.length !== expected) throw new Error(`${rows.length} were found instead of ${expected}`);
}

async function getEach(client: TrackingClient, runs: readonly string[]): Promise<unknown[]> {
  const found: unknown[] = [];
  const waiting = [...runs];
  await Promise.all(
    Array.from({ length: BROWSER_REQUESTS }, async () => {
      for (let run = waiting.pop(); run !== undefined; run = waiting.pop())
        found.push(await client.get('runs/get', { run_id: run }));
    }),
  );
  return found;
}

/** Lathe's own routes: GET with a query, or POST with a body. */
function latheApi({ served }: TrackingClient) {
  return async <T>(
    route: string,
    query: Record<string, string | number | readonly string[]> = {},
    body?: object,
  ): Promise<T> => {
    const words = new URLSearchParams(
      Object.entries(query).flatMap(([name, value]) =>
        Array.isArray(value) ? value.map((each) => [`${name}[]`, each]) : [[name, String(value)]],
      ),
    );
    const answer = await fetch(`${served.url}/api/v1/${route}?${words}`, {
      headers: { authorization: `Bearer ${served.token}`, 'content-type': 'application/json' },
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${route}: ${answer.status} ${(await answer.text()).slice(0, 300)}`);
    return (await answer.json()) as T;
  };
}
