import { performance } from 'node:perf_hooks';
import type { BenchRow } from './bench.ts';
import { beside, inTurns, median } from './run-measure.ts';
import type { TrackingClient } from './track-client.ts';

/** As many as log-batch takes. */
const BATCH_POINTS = 1000;
const BATCHES = 20;
const SINGLE_VALUES = 100;
const WRITERS = 50;
const WRITER_BATCH = 10;

/** Points per second and the time of one value over REST, by one client that waits for each answer. */
export async function loggingOverRest(
  lathe: TrackingClient,
  mlflow: TrackingClient | null,
  rounds: number,
): Promise<BenchRow[]> {
  const batches = async (client: TrackingClient) => {
    const run = await client.addRun('throughput');
    const since = performance.now();
    for (let batch = 0; batch < BATCHES; batch += 1)
      await logBatch(client, run, batch * BATCH_POINTS, BATCH_POINTS);
    return (BATCHES * BATCH_POINTS) / ((performance.now() - since) / 1000);
  };
  const values = async (client: TrackingClient) => {
    const run = await client.addRun('latency');
    const spent: number[] = [];
    for (let step = 0; step < SINGLE_VALUES; step += 1) {
      const since = performance.now();
      await client.post('runs/log-metric', {
        run_id: run,
        key: 'loss',
        value: 1 / (step + 1),
        timestamp: Date.now(),
        step,
      });
      spent.push(performance.now() - since);
    }
    return median(spent);
  };
  return [
    await compared('log-batch over REST, 1,000 points a call', 'points/s', batches),
    await compared('one value over REST, to its answer', 'ms', values),
  ];

  async function compared(
    what: string,
    oursUnit: string,
    measure: (client: TrackingClient) => Promise<number>,
  ) {
    if (!mlflow)
      return { what, oursUnit, ours: (await inTurns(rounds, { ours: () => measure(lathe) })).ours };
    const { ours, peer } = await inTurns(rounds, { ours: () => measure(lathe), peer: () => measure(mlflow) });
    return faster(beside({ what, oursUnit }, ours, { name: 'mlflow server', value: peer }));
  }
}

/** 50 writers at once, each with a run of its own: how long the slowest hundredth waits, and whether all that was acknowledged is there. */
export async function concurrentWriters(
  lathe: TrackingClient,
  mlflow: TrackingClient | null,
  seconds: number,
): Promise<BenchRow[]> {
  const ours = await writeAtOnce(lathe, seconds);
  const peer = mlflow && (await writeAtOnce(mlflow, seconds));
  const what = `${WRITERS} writers for ${seconds} s, ${WRITER_BATCH} points a call`;
  const words = ({ acknowledged, lost, twice, failed }: Written) =>
    `${acknowledged} acknowledged, ${lost} lost, ${twice} twice, ${failed} calls failed`;
  const rows: BenchRow[] = [];
  for (const [name, unit, value] of [
    ['p99', 'ms', (written: Written) => written.p99Ms],
    ['together', 'points/s', (written: Written) => written.acknowledged / written.seconds],
  ] as const) {
    const row = { what: `${what}: ${name}`, oursUnit: unit, note: words(ours) };
    rows.push(
      peer
        ? faster(
            beside({ ...row, note: `${row.note}; MLflow: ${words(peer)}` }, value(ours), {
              name: 'mlflow server',
              value: value(peer),
            }),
          )
        : { ...row, ours: value(ours) },
    );
  }
  if (ours.lost > 0 || ours.twice > 0 || ours.failed > 0) throw new Error(`Lathe: ${words(ours)}`);
  return rows;
}

/** Every ratio of this table says how many times faster Lathe is: of times it is the other way round. */
export function faster(row: BenchRow): BenchRow {
  return row.oursUnit === 'ms' && row.ours !== null && row.peer
    ? { ...row, ratio: row.peer.value / row.ours }
    : row;
}

interface Written {
  readonly acknowledged: number;
  readonly lost: number;
  readonly twice: number;
  readonly failed: number;
  readonly p99Ms: number;
  readonly seconds: number;
}

async function writeAtOnce(client: TrackingClient, forSeconds: number): Promise<Written> {
  const runs: string[] = [];
  for (let writer = 0; writer < WRITERS; writer += 1) runs.push(await client.addRun('writers'));
  const since = performance.now();
  const endAt = since + forSeconds * 1000;
  const spent: number[] = [];
  let failed = 0;
  const acknowledged = await Promise.all(
    runs.map(async (run) => {
      const steps: number[] = [];
      for (let step = 0; performance.now() < endAt; step += WRITER_BATCH) {
        const started = performance.now();
        try {
          await logBatch(client, run, step, WRITER_BATCH);
          for (let index = 0; index < WRITER_BATCH; index += 1) steps.push(step + index);
        } catch {
          // Not acknowledged: it may be there or not.
          failed += 1;
        }
        spent.push(performance.now() - started);
      }
      return steps;
    }),
  );
  const seconds = (performance.now() - since) / 1000;
  let lost = 0;
  let twice = 0;
  for (const [index, run] of runs.entries()) {
    const found = await historySteps(client, run);
    const known = new Set(found);
    lost += acknowledged[index]!.filter((step) => !known.has(step)).length;
    twice += found.length - known.size;
  }
  return {
    acknowledged: acknowledged.reduce((sum, steps) => sum + steps.length, 0),
    lost,
    twice,
    failed,
    p99Ms: spent.toSorted((a, b) => a - b)[Math.floor(spent.length * 0.99)]!,
    seconds,
  };
}

async function historySteps(client: TrackingClient, run: string): Promise<number[]> {
  const steps: number[] = [];
  for (let token = ''; ; ) {
    const page = await client.get<{ metrics?: { step: number | string }[]; next_page_token?: string }>(
      'metrics/get-history',
      { run_id: run, metric_key: 'loss', max_results: 25_000, ...(token !== '' && { page_token: token }) },
    );
    for (const { step } of page.metrics ?? []) steps.push(Number(step));
    token = page.next_page_token ?? '';
    if (token === '') return steps;
  }
}

const logBatch = (client: TrackingClient, run: string, firstStep: number, points: number) =>
  client.post('runs/log-batch', {
    run_id: run,
    metrics: Array.from({ length: points }, (_, index) => ({
      key: 'loss',
      value: Math.sin(firstStep + index),
      timestamp: Date.now(),
      step: firstStep + index,
    })),
  });
