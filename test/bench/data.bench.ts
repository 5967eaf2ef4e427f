import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Bench, BenchRow } from './bench.ts';
import { lathe } from './data/lathe-tool.ts';
import { lifeOfATree, type Step } from './data/life-of-a-tree.ts';
import { peers as allPeers } from './data/peers.ts';
import { previewRows } from './data/preview.ts';
import { revisionRows } from './data/revisions.ts';
import { makeMixedTree, makeSmallFiles } from './data/trees.ts';

const MIB = 2 ** 20;
/** `LATHE_BENCH_FULL=1` takes the sizes that the project measures itself by: an hour, and 60 GiB of disk in TMPDIR. */
const full = process.env.LATHE_BENCH_FULL === '1';
const rounds = Number(process.env.LATHE_BENCH_ROUNDS ?? 1);
/** `LATHE_BENCH_PARTS=mixed,small` runs only these. */
const parts = new Set(
  process.env.LATHE_BENCH_PARTS?.split(',') ?? ['mixed', 'small', 'csv', 'parquet', 'preview'],
);
/** `LATHE_BENCH_PEERS=restic,borg` measures only these. */
const wanted = process.env.LATHE_BENCH_PEERS?.split(',');
const peers = allPeers.filter(({ name }) => !wanted || wanted.includes(name));
const mixedBytes = full ? 4096 * MIB : 1024 * MIB;
const smallFiles = full ? 200_000 : 20_000;
const tableBytes = full ? 500 * MIB : 60 * MIB;
const previewedRows = full ? 10_000_000 : 1_000_000;

export const bench: Bench = {
  name: 'data',
  title: 'Data sets: time, memory and bytes beside the version-control tools',
  async run() {
    const work = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-bench-data-'));
    const rows: BenchRow[] = [];
    const tree = async (what: string, steps: readonly Step[], make: (folder: string) => void) => {
      const source = path.join(work, 'source');
      fs.mkdirSync(source);
      make(source);
      rows.push(...(await lifeOfATree({ what, source, work, rounds, steps, ours: lathe, peers })));
      fs.rmSync(source, { recursive: true });
    };
    try {
      if (parts.has('mixed')) {
        await tree(
          `${mixedBytes / MIB} MiB of mixed files`,
          ['first import', 'unchanged', '1% changed', 'checkout', 'verify'],
          (folder) => makeMixedTree(folder, mixedBytes),
        );
      }
      if (parts.has('small')) {
        await tree(
          `${smallFiles.toLocaleString('en')} files of 1–20 KiB`,
          ['first import', 'unchanged', 'checkout'],
          (folder) => makeSmallFiles(folder, smallFiles),
        );
      }
      for (const format of ['csv', 'parquet'] as const) {
        if (!parts.has(format)) continue;
        rows.push(...(await revisionRows({ bytes: tableBytes, format, work, ours: lathe, peers })));
      }
      if (parts.has('preview')) rows.push(...(await previewRows(work, previewedRows)));
      return rows;
    } finally {
      fs.rmSync(work, { recursive: true, force: true });
    }
  },
};
