import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { renderTable } from '../../app/host/cli/terminal/table.ts';
import type { Bench, BenchRow } from './bench.ts';

/** `npm run bench [NAME…]`: run the benchmarks, print a table each and write out/bench/<name>.json. */
const here = import.meta.dirname;
const outFolder = path.resolve(here, '../../out/bench');
const ending = '.bench.ts';

const names = readdirSync(here)
  .filter((file) => file.endsWith(ending))
  .map((file) => file.slice(0, -ending.length))
  .sort();
const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !names.includes(name));
if (unknown !== undefined) {
  console.error(`There is no benchmark "${unknown}".\n→ Name one of ${names.join(', ')}.`);
  process.exitCode = 2;
} else {
  const machine = machineFacts();
  console.log(
    `${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB, Node ${machine.node}\n`,
  );
  mkdirSync(outFolder, { recursive: true });
  for (const name of wanted.length > 0 ? wanted : names) {
    const { bench } = (await import(path.join(here, `${name}${ending}`))) as { bench: Bench };
    try {
      const rows = await bench.run();
      console.log(`${bench.title}\n${table(rows)}\n`);
      const file = path.join(outFolder, `${name}.json`);
      writeFileSync(file, `${JSON.stringify({ name, title: bench.title, machine, rows }, null, 2)}\n`);
    } catch (error) {
      console.error(`${bench.title}: failed\n`, error);
      process.exitCode = 1;
    }
  }
}

function table(rows: readonly BenchRow[]): string {
  const short = (value: number) => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3));
  return renderTable(
    [
      { title: '' },
      { title: 'LATHE', align: 'right' },
      { title: 'PEER', align: 'right' },
      { title: '' },
      { title: 'RATIO', align: 'right' },
      { title: 'LIMIT' },
      { title: 'NOTE' },
    ],
    rows.map(({ what, ours, oursUnit, peer, ratio, limit, note }) => [
      what,
      ours === null ? '' : `${short(ours)} ${oursUnit}`,
      peer ? `${short(peer.value)} ${oursUnit}` : '',
      peer?.name ?? '',
      ratio === undefined ? '' : `${ratio < 0.1 ? ratio.toPrecision(2) : ratio.toFixed(2)}×`,
      limit ?? '',
      note ?? '',
    ]),
  );
}

function machineFacts() {
  let commit = '';
  try {
    commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: here, encoding: 'utf8' }).trim();
  } catch {
    // A download without its history: the numbers stand without a commit.
  }
  return {
    at: new Date().toISOString(),
    commit,
    processor: os.cpus()[0]?.model.trim() ?? 'unknown processor',
    cores: os.availableParallelism(),
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.versions.node,
  };
}
