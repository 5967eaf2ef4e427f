import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { BenchRow } from '../bench.ts';
import { skipped } from '../run-measure.ts';
import { diskBytes, tell } from './commands.ts';
import type { VersionToolMaker } from './tool.ts';
import { CSV_HEAD, csvRow, randomBytes } from './trees.ts';

/** How many versions a table gets: edits at random, rows at the front, a column, over and over. */
const REVISIONS = 10;

/**
 * Bytes that ten revisions of one table cost each program, and what the revisions themselves are: the first one whole, and of each
 * later one the lines that differ.
 */
export async function revisionRows(options: {
  readonly bytes: number;
  readonly format: 'csv' | 'parquet';
  readonly work: string;
  readonly ours: VersionToolMaker;
  readonly peers: readonly VersionToolMaker[];
}): Promise<BenchRow[]> {
  const what = `${REVISIONS} revisions of a ${Math.round(options.bytes / 2 ** 20)} MiB table as ${options.format}`;
  const rows: BenchRow[] = [];
  const stored = new Map<string, number>();
  let differing = 0;
  let peakMiB = 0;
  for (const maker of [options.ours, ...options.peers]) {
    const reason = await maker.missing();
    if (reason !== null) {
      rows.push(skipped(`${what}: ${maker.name}`, reason));
      continue;
    }
    const folder = path.join(options.work, maker.name.toLowerCase());
    fs.mkdirSync(folder, { recursive: true });
    const tool = await maker.make(folder);
    try {
      fs.mkdirSync(tool.tree, { recursive: true });
      const table = new Revised(options.bytes);
      differing = table.bytes;
      for (let revision = 1; revision <= REVISIONS; revision += 1) {
        if (revision > 1) differing += table.revise(revision);
        await write(table, tool.tree, options);
        // Writing holds up this process; connections that the host closed meanwhile are noticed now.
        await delay(100);
        await tool.store(`revision ${revision}`);
      }
      stored.set(maker.name, diskBytes(tool.storage) / 2 ** 20);
      tell(`${what}: ${tool.name}`, stored.get(maker.name)!, 'MiB');
      peakMiB = Math.max(peakMiB, tool.peakMiB?.() ?? 0);
    } finally {
      await tool.close();
      fs.rmSync(folder, { recursive: true, force: true });
    }
  }
  const ours = stored.get(options.ours.name)!;
  const row = (name: string, value: number): BenchRow => ({
    what,
    ours,
    oursUnit: 'MiB',
    peer: { name, value },
    ratio: ours / value,
  });
  for (const [name, value] of stored) if (name !== options.ours.name) rows.push(row(name, value));
  if (options.format === 'csv') rows.push(row('first + lines that differ', differing / 2 ** 20));
  rows.push({ what: `${what}: most memory`, ours: peakMiB, oursUnit: 'MiB', limit: '≤ 512 MiB' });
  return rows;
}

async function write(
  table: Revised,
  tree: string,
  { format, work }: { readonly format: 'csv' | 'parquet'; readonly work: string },
): Promise<void> {
  const target = path.join(tree, `table.${format}`);
  const made = format === 'csv' ? target : path.join(work, 'table.csv');
  // Some programs leave a link or a read-only file.
  fs.rmSync(target, { force: true });
  table.write(made);
  if (format === 'csv') return;
  await toParquet(made, target);
  fs.rmSync(made);
}

async function toParquet(csv: string, parquet: string): Promise<void> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:', { memory_limit: '1GB' });
  const connection = await instance.connect();
  try {
    await connection.run(`COPY (FROM read_csv('${csv}', header = true)) TO '${parquet}' (FORMAT parquet)`);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** The lines of a table, the same for the same size, and its revisions. */
class Revised {
  readonly #random = randomBytes(7);
  #lines: string[] = [];
  #head = CSV_HEAD;
  #nextId = 0;
  #scores = 0;
  bytes = 0;

  constructor(bytes: number) {
    while (this.bytes < bytes) this.bytes += this.#add(this.#lines);
  }

  /** @returns bytes of the lines that are new or different */
  revise(revision: number): number {
    const kind = revision % 3;
    if (kind === 2) return this.#editOnePerCent();
    if (kind === 0) return this.#insertAtTheFront();
    return this.#addColumn(revision);
  }

  write(file: string): void {
    const opened = fs.openSync(file, 'w');
    try {
      fs.writeSync(opened, this.#head);
      for (let from = 0; from < this.#lines.length; from += 10_000) {
        fs.writeSync(opened, this.#lines.slice(from, from + 10_000).join(''));
      }
    } finally {
      fs.closeSync(opened);
    }
  }

  #add(lines: string[]): number {
    let line = csvRow(this.#random, this.#nextId++);
    for (let score = 0; score < this.#scores; score += 1) line = withCell(line, this.#score());
    lines.push(line);
    return line.length;
  }

  /** Rows all over the table: one measurement of each becomes another. */
  #editOnePerCent(): number {
    let bytes = 0;
    for (let edits = Math.floor(this.#lines.length / 100); edits > 0; edits -= 1) {
      const index = this.#random.next() % this.#lines.length;
      const cells = this.#lines[index]!.split(',');
      cells[3] = (this.#random.next() / 4e6).toFixed(3);
      this.#lines[index] = cells.join(',');
      bytes += this.#lines[index]!.length;
    }
    return bytes;
  }

  #insertAtTheFront(): number {
    const added: string[] = [];
    let bytes = 0;
    for (let index = Math.floor(this.#lines.length / 100); index > 0; index -= 1) bytes += this.#add(added);
    this.#lines = [...added, ...this.#lines];
    return bytes;
  }

  #addColumn(revision: number): number {
    this.#head = withCell(this.#head, `score_${revision}`);
    this.#scores += 1;
    this.#lines = this.#lines.map((line) => withCell(line, this.#score()));
    return this.#lines.reduce((sum, line) => sum + line.length, 0);
  }

  #score(): string {
    return (this.#random.next() / 2 ** 32).toFixed(4);
  }
}

/** A line with one cell more at its end. */
const withCell = (line: string, cell: string): string => `${line.slice(0, -1)},${cell}\n`;
