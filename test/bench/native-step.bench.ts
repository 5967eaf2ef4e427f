import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { initialise, type Network } from '../../native/training/network.ts';
import { RunSession } from '../../native/training/run-session.ts';
import type { Bench, BenchRow } from './bench.ts';

const BATCH = 128;
const ROUNDS = 9;
/** Together the steps of a round take about a tenth of a second, so that neither program finds the other's caches. */
const networks: readonly { readonly what: string; readonly network: Network; readonly steps: number }[] = [
  {
    what: 'MLP 784-512-256-10',
    network: { sizes: [784, 512, 256, 10], activation: 'relu' },
    steps: 30,
  },
  { what: 'softmax 784-10', network: { sizes: [784, 10], activation: 'relu' }, steps: 200 },
];
const settings = { optimizer: 'adam', learning_rate: 0.001, momentum: 0, weight_decay: 0 } as const;
/** What the engine is given on this machine: one core is left to the rest of the application. */
const threadCounts = [...new Set([1, Math.max(1, os.availableParallelism() - 1)])];

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

interface Question {
  readonly name: string;
  readonly sizes: readonly number[];
  readonly batch: number;
  readonly steps: number;
  readonly threads: number;
}

/** PyTorch in a process of its own, which waits between measurements. */
class TorchPeer {
  readonly version: string;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  private constructor(version: string, child: ChildProcessWithoutNullStreams, lines: AsyncIterator<string>) {
    this.version = version;
    this.#child = child;
    this.#lines = lines;
  }

  /** @returns null where there is no Python, or one without PyTorch */
  static async start(): Promise<TorchPeer | null> {
    const python = process.env.LATHE_PYTHON ?? '/usr/bin/python3';
    const script = path.join(import.meta.dirname, 'native-step.py');
    const child = spawn(python, [script], { stdio: 'pipe' });
    const failed = once(child, 'error').then(() => ({ done: true }) as const);
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    const first = await Promise.race([lines.next(), failed]);
    if (first.done) return null;
    const { version } = JSON.parse(first.value) as { version: string };
    return new TorchPeer(version, child, lines);
  }

  async stepMs(question: Question): Promise<number> {
    this.#child.stdin.write(`${JSON.stringify(question)}\n`);
    const { value } = await this.#lines.next();
    return (JSON.parse(value) as { stepMs: number }).stepMs;
  }

  async stop(): Promise<void> {
    const gone = once(this.#child, 'exit');
    this.#child.stdin.end();
    await gone;
  }
}

async function prepare(network: Network, threads: number): Promise<RunSession> {
  const session = await RunSession.create(network, 'cross-entropy', BATCH, settings, threads);
  initialise(network, session.optimizer.weights, 7);
  session.x.forEach((_, index) => {
    session.x[index] = Math.random();
  });
  for (let row = 0; row < BATCH; row += 1) session.y[row * session.outputs + (row % session.outputs)] = 1;
  session.rowWeights.fill(1 / BATCH);
  return session;
}

async function stepMs(session: RunSession, steps: number): Promise<number> {
  const times: number[] = [];
  for (let step = 0; step < steps; step += 1) {
    const start = performance.now();
    await session.step();
    times.push(performance.now() - start);
  }
  return median(times);
}

async function measure(
  { what, network, steps }: (typeof networks)[number],
  threads: number,
  torch: TorchPeer | null,
): Promise<BenchRow> {
  const session = await prepare(network, threads);
  const question = { name: what, sizes: network.sizes, batch: BATCH, steps, threads };
  const ours: number[] = [];
  const theirs: number[] = [];
  try {
    // The first round warms both up and is not counted; then they take turns, so that a slow moment meets both.
    for (let round = 0; round <= ROUNDS; round += 1) {
      const pair = [await stepMs(session, steps), torch ? await torch.stepMs(question) : 0] as const;
      if (round === 0) continue;
      ours.push(pair[0]);
      theirs.push(pair[1]);
    }
  } finally {
    await session.release();
  }
  const row = {
    what: `${what}, batch ${BATCH}, Adam, ${threads} ${threads === 1 ? 'thread' : 'threads'}: training step, p50`,
    ours: median(ours),
    oursUnit: 'ms',
  };
  if (!torch) return { ...row, note: 'skipped: PyTorch is not installed' };
  const peer = { name: `PyTorch ${torch.version}`, value: median(theirs) };
  return { ...row, peer, ratio: row.ours / peer.value };
}

export const bench: Bench = {
  name: 'native-step',
  title: 'A training step of the native engine beside PyTorch',
  async run() {
    const torch = await TorchPeer.start();
    try {
      const rows: BenchRow[] = [];
      for (const threads of threadCounts)
        for (const network of networks) rows.push(await measure(network, threads, torch));
      return rows;
    } finally {
      await torch?.stop();
    }
  },
};
