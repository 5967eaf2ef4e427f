import { fork } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunId } from '../../app/contract/ids.ts';
import type { MetricStore } from '../../app/storage/metric-store.ts';
import { openMetricStore } from '../support/metric-runs.ts';
import { pointAt } from '../support/metric-sequence.ts';

const ROUNDS = 60;
const writer = path.join(import.meta.dirname, '../support/metric-writer.ts');
let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-killed-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

/** Start a writer and kill it at some moment after its first words. */
async function writeAndKill(database: string, run: RunId): Promise<void> {
  const child = fork(writer, [database, run], { execArgv: [] });
  const ended = once(child, 'exit');
  const [word] = await Promise.race([once(child, 'message'), ended]);
  expect(word).toBe('writing');
  await delay(Math.random() * 80);
  child.kill('SIGKILL');
  await ended;
}

/** Compare without a message for each of a million points. */
function expectEach(store: MetricStore, run: RunId, recorded: number): void {
  const expected = new Map<string, number[]>();
  for (let index = 0; index < recorded; index++) {
    const { key } = pointAt(index);
    const list = expected.get(key);
    if (list) list.push(index);
    else expected.set(key, [index]);
  }
  expect(Object.keys(store.summaries([run]).get(run)!).sort()).toEqual([...expected.keys()].sort());
  for (const [key, indices] of expected) {
    const values = [...store.columns(run, key)].flatMap((columns) => Array.from(columns.values));
    expect(values.length, key).toBe(indices.length);
    expect(values.every((value, at) => value === indices[at])).toBe(true);
    expect(store.summaries([run], [key]).get(run)![key]!.points).toBe(indices.length);
  }
}

describe('a core that is killed while it records points', () => {
  it(`has each committed point once, ${ROUNDS} times over`, async () => {
    const first = openMetricStore(folder);
    const run = first.addRun();
    first.close();
    let before = 0;
    let went = 0;
    for (let round = 0; round < ROUNDS; round++) {
      await writeAndKill(first.core.folders.database, run);
      const { core, store, close } = openMetricStore(folder);
      try {
        const journal = core.database
          .prepare('SELECT offset_bytes FROM run_journals WHERE run_id = ?')
          .get(run);
        const recorded = Number(journal?.offset_bytes ?? 0);
        expect(recorded).toBeGreaterThanOrEqual(before);
        if (recorded > before) went += 1;
        before = recorded;
        expectEach(store, run, recorded);
        expect([...store.verify(run)].flatMap(({ damaged }) => damaged)).toEqual([]);
      } finally {
        close();
      }
    }
    // Most of the writers came to write something before their end.
    expect(went).toBeGreaterThan(ROUNDS / 2);
  }, 300_000);
});
