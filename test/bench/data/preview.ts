import fs from 'node:fs';
import path from 'node:path';
import type { BenchRow } from '../bench.ts';
import { median } from '../run-measure.ts';
import { lathe } from './lathe-tool.ts';
import { scrollRows } from './scroll.ts';
import { csvRow, randomBytes } from './trees.ts';

const ROUNDS = 15;

/** A hundred rows from nine tenths down a table, asked for as the screen does, from a host that knows the version; and the screen itself. */
export async function previewRows(work: string, rows: number): Promise<BenchRow[]> {
  const folder = path.join(work, 'preview');
  fs.mkdirSync(folder);
  const file = path.join(folder, 'table.csv');
  writeTable(file, rows);
  const tool = await lathe.make(folder);
  try {
    await tool.job('/datasets/long/import', { source: { kind: 'paths', paths: [file] } });
    const from = Math.floor(rows * 0.9);
    const times: number[] = [];
    for (let round = 0; round <= ROUNDS; round += 1) {
      const since = performance.now();
      const where = `/datasets/long/preview?offset=${from}&limit=100`;
      const { rows: read } = (await tool.get(where)) as { rows: unknown[] };
      if (read.length !== 100) throw new Error(`the preview gave ${read.length} rows`);
      // The first answer finds the table; whoever scrolls has seen it already.
      if (round > 0) times.push(performance.now() - since);
    }
    return [
      {
        what: `rows ${from.toLocaleString('en')} to ${(from + 100).toLocaleString('en')} of ${rows.toLocaleString('en')}, through HTTP`,
        ours: median(times),
        oursUnit: 'ms',
        limit: '≤ 100 ms',
      },
      ...(await scrollRows(tool.link, rows)),
    ];
  } finally {
    await tool.close();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function writeTable(file: string, rows: number): void {
  const random = randomBytes(11);
  const opened = fs.openSync(file, 'w');
  try {
    let text = 'id,kind,width,height,weight,note\n';
    for (let row = 0; row < rows; row += 1) {
      text += csvRow(random, row);
      if (text.length < 1 << 20) continue;
      fs.writeSync(opened, text);
      text = '';
    }
    fs.writeSync(opened, text);
  } finally {
    fs.closeSync(opened);
  }
}
