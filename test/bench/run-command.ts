import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Run } from '../../app/contract/runs.contract.ts';
import { findPython } from '../support/python.ts';
import type { BenchRow } from './bench.ts';
import { beside, firstLineIn, inTurns, median, skipped } from './run-measure.ts';

const cli = path.resolve(import.meta.dirname, '../../out/host/cli.js');
const PEER = 'python3 script.py &';

/** From the command to its prompt again, and to the script's first line by the script's own clock; the built command line. */
export async function commandRows(rounds: number): Promise<BenchRow[]> {
  const python = findPython();
  if (!python) return [skipped('lathe train script.py --json', 'there is no python3')];
  const rows: BenchRow[] = [];
  for (const withHost of [true, false]) rows.push(...(await measure(python, withHost, rounds)));
  return rows;
}

async function measure(python: string, withHost: boolean, rounds: number): Promise<BenchRow[]> {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-bench-command-'));
  const workspace = path.join(root, 'workspace');
  const script = path.join(root, 'project', 'script.py');
  fs.mkdirSync(path.dirname(script));
  fs.writeFileSync(script, 'import time\nprint(time.time(), flush=True)\n');
  const begun: Record<'ours' | 'peer', number[]> = { ours: [], peer: [] };
  const host = withHost ? await serve(workspace) : null;
  try {
    const back = await inTurns(rounds, {
      async ours() {
        const sinceMs = Date.now();
        const since = performance.now();
        const run = (await lathe(workspace, 'train', script)) as Run;
        const backMs = performance.now() - since;
        begun.ours.push((await toldIn(path.join(workspace, 'runs', run.id, 'stdout.log'))) - sinceMs);
        await ended(workspace, run);
        return backMs;
      },
      async peer() {
        const output = path.join(root, `output-${begun.peer.length}`);
        const sinceMs = Date.now();
        const since = performance.now();
        const shell = spawn('sh', ['-c', '"$0" "$1" >"$2" 2>&1 &', python, script, output], {
          stdio: 'ignore',
        });
        await once(shell, 'exit');
        const backMs = performance.now() - since;
        begun.peer.push((await toldIn(output)) - sinceMs);
        return backMs;
      },
    });
    const what = `lathe train script.py --json, ${withHost ? 'with a host' : 'without a host'}`;
    const [ours, peer] = [begun.ours, begun.peer].map((all) => median(all.slice(1))) as [number, number];
    return [
      beside({ what: `${what}: to the script’s first line`, oursUnit: 'ms' }, ours, {
        name: PEER,
        value: peer,
      }),
      beside({ what: `${what}: to the prompt`, oursUnit: 'ms' }, back.ours, { name: PEER, value: back.peer }),
    ];
  } finally {
    if (host) await stop(host);
    fs.rmSync(root, { recursive: true, force: true });
  }
}

/** @returns epoch milliseconds that the script printed */
async function toldIn(file: string): Promise<number> {
  await firstLineIn(file);
  return Number(fs.readFileSync(file, 'utf8').split('\n')[0]) * 1000;
}

/** Wait until a run has been written down as ended, so that it costs the next one nothing. */
async function ended(workspace: string, run: Run): Promise<void> {
  for (let looks = 0; looks < 60; looks += 1) {
    const now = (await lathe(workspace, 'run', 'show', run.id)) as Run;
    if (now.status === 'finished') return;
    if (now.endedAt !== null) throw new Error(`the run is ${now.status}`);
    await delay(250);
  }
  throw new Error('the run did not end');
}

async function lathe(workspace: string, ...words: readonly string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    cli,
    ...words,
    '--json',
    '--workspace',
    workspace,
  ]);
  return JSON.parse(stdout);
}

async function serve(workspace: string): Promise<ChildProcess> {
  const words = ['serve', '--json', '--port', '0', '--inference-port', '0', '--workspace', workspace];
  const host = spawn(process.execPath, [cli, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  const first = await createInterface(host.stdout)[Symbol.asyncIterator]().next();
  if (first.done) throw new Error('the host ended before it listened');
  return host;
}

async function stop(host: ChildProcess): Promise<void> {
  if (host.exitCode !== null || host.signalCode !== null) return;
  const gone = once(host, 'exit');
  host.kill('SIGTERM');
  await gone;
}
