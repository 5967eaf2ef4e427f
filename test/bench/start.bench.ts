import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Bench } from './bench.ts';

const root = path.resolve(import.meta.dirname, '../..');
const rounds = 7;
const restMs = 5000;

/** The same native modules that the host loads before its first answer, an HTTP server, and nothing else. */
const bareProgram = `
  const { createServer } = await import('node:http');
  const { default: Database } = await import('better-sqlite3');
  new Database(':memory:').exec('select 1');
  await import('@napi-rs/blake-hash');
  const server = createServer((request, response) => response.end('{}'));
  server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ url: 'http://127.0.0.1:' + server.address().port })));
`;

interface Started {
  readonly child: ChildProcess;
  readonly answeredMs: number;
}

/** Start a program that prints `{"url": …}` and measure until it has answered a first request. */
async function start(args: readonly string[], answer: string): Promise<Started> {
  const since = performance.now();
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  for await (const part of child.stdout.setEncoding('utf8')) {
    text += part;
    if (text.includes('\n')) break;
  }
  const { url } = JSON.parse(text) as { url: string };
  const response = await fetch(`${url}${answer}`);
  await response.arrayBuffer();
  return { child, answeredMs: performance.now() - since };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** Resident memory in MiB, as Linux counts it. */
function residentMiB(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

export const bench: Bench = {
  name: 'start',
  title: 'Cold start and memory at rest of the headless host',
  async run() {
    const workspace = mkdtempSync(path.join(os.tmpdir(), 'lathe-bench-'));
    const serve = [
      'out/host/cli.js',
      'serve',
      '--json',
      '--port',
      '0',
      '--inference-port',
      '0',
      '--workspace',
      workspace,
    ];
    const bare = ['--input-type=module', '--eval', bareProgram];
    try {
      const ours: number[] = [];
      const theirs: number[] = [];
      // The first round makes the workspace and warms the page cache; it is not counted.
      for (let round = 0; round <= rounds; round += 1) {
        const host = await start(serve, '/api/v1/info');
        await stop(host.child);
        const peer = await start(bare, '/');
        await stop(peer.child);
        if (round > 0) {
          ours.push(host.answeredMs);
          theirs.push(peer.answeredMs);
        }
      }
      const oursMs = median(ours);
      const peerMs = median(theirs);
      const rows = [
        {
          what: 'start to first answered request (median)',
          ours: oursMs,
          oursUnit: 'ms',
          peer: { name: 'bare Node, same native modules', value: peerMs },
          ratio: oursMs / peerMs,
          limit: '≤ 3×',
        },
      ];
      if (process.platform !== 'linux') return rows;
      const { child } = await start(serve, '/api/v1/info');
      await delay(restMs);
      const restMiB = residentMiB(child.pid!);
      await stop(child);
      return [
        ...rows,
        {
          what: `memory after ${restMs / 1000} s at rest`,
          ours: restMiB,
          oursUnit: 'MiB',
          limit: '≤ 200 MiB',
        },
      ];
    } finally {
      rmSync(workspace, { recursive: true, force: true });
    }
  },
};
