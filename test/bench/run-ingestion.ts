import fs from 'node:fs';
import path from 'node:path';
import { ingestJournals } from '../../app/domains/runs/run-ingest.ts';
import type { BenchRow } from './bench.ts';
import { openRunCore, type RunCore } from './run-core.ts';
import { beside, inTurns } from './run-measure.ts';

const POINTS = 500_000;
const forms = [
  { keys: 1, lines: POINTS },
  { keys: 10, lines: POINTS / 10 },
];

/** Points per second from a run's journal into the database, on the disk; beside only reading and parsing its lines. */
export async function ingestionRows(rounds: number): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const { keys, lines } of forms) {
    const journal = journalOf(keys, lines);
    const store = openRunCore();
    try {
      const { ours, floor } = await inTurns(rounds, {
        ours: () => ingest(store, journal),
        floor: async () => parse(store, journal),
      });
      const what = `ingestion: ${keys} ${keys === 1 ? 'key' : 'keys'} × ${lines.toLocaleString('en')} lines`;
      const peer = { name: 'floor: read and JSON.parse', value: POINTS / floor };
      rows.push(beside({ what, oursUnit: 'points/s' }, POINTS / ours, peer));
    } finally {
      store.close();
    }
  }
  return rows;
}

function journalOf(keys: number, lines: number): string {
  const parts = ['{"type":"header","version":1,"writer":"program"}\n'];
  for (let step = 0; step < lines; step += 1) {
    const loss = Math.exp(-step / lines) + Math.random() / 100;
    const values = Object.fromEntries(Array.from({ length: keys }, (_, key) => [`loss_${key}`, loss + key]));
    parts.push(`${JSON.stringify({ type: 'metrics', step, at: 1_750_000_000_000 + step, values })}\n`);
  }
  return parts.join('');
}

/** @returns seconds for a new run with this journal */
async function ingest(store: RunCore, journal: string): Promise<number> {
  const { run } = runWith(store, journal);
  let points = 0;
  const since = performance.now();
  await ingestJournals(store.core, store, run, (batch) => {
    points += batch.points.length;
  });
  const seconds = (performance.now() - since) / 1000;
  if (points !== POINTS) throw new Error(`${points} points were taken of ${POINTS}`);
  return seconds;
}

/** @returns seconds for the lines of a run with this journal */
function parse(store: RunCore, journal: string): number {
  const { file } = runWith(store, journal);
  let points = 0;
  const since = performance.now();
  for (const line of fs.readFileSync(file, 'utf8').split('\n'))
    if (line !== '') points += JSON.parse(line).values === undefined ? 0 : 1;
  const seconds = (performance.now() - since) / 1000;
  if (points === 0) throw new Error('nothing was parsed');
  return seconds;
}

function runWith(store: RunCore, journal: string) {
  const run = store.addRun();
  const file = path.join(store.core.folders.run(run), 'journal', 'program.jsonl');
  fs.writeFileSync(file, journal);
  return { run, file };
}
