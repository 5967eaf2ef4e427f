import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { latheJson } from '../support/lathe-process.ts';
import { differences, laterFiles, someFiles, writeFolder } from '../support/store-worlds.ts';
import { interrupted, straceFault } from '../support/strace.ts';

const main = path.join(import.meta.dirname, '../../app/host/cli/main.ts');
const fault = straceFault();

/** Where the whole program is killed: its database, its packs, its table, what it remembers. `LATHE_TEST_KILLS=all` tries more. */
const points = [
  { calls: ['fsync', 'fdatasync'], paths: ['objects/packs'], numbers: [1] },
  { calls: ['fdatasync'], paths: [], numbers: [1, 2, 3, 4] },
  { calls: ['fsync', 'fdatasync'], paths: ['cache/tables'], numbers: [1] },
  { calls: ['fdatasync', 'fsync'], paths: ['lathe.db-wal', 'lathe.db'], numbers: [1, 2, 3] },
  { calls: ['pwrite64'], paths: ['lathe.db-wal', 'lathe.db'], numbers: [2, 5, 9, 14, 20] },
  { calls: ['rename', 'renameat2'], paths: [], numbers: [1, 2, 3] },
  { calls: ['unlink'], paths: [], numbers: [1, 3, 5] },
].flatMap(({ numbers, ...point }) => numbers.map((number) => ({ ...point, number })));
const everyNth = process.env.LATHE_TEST_KILLS === 'all' ? 1 : 3;

describe.skipIf(fault !== null)('`lathe data import` that is killed', { timeout: 600_000 }, () => {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-import-kills-'));
  const template = path.join(root, 'template');
  const source = path.join(root, 'source');
  const first = { ...someFiles(21), 'rows.csv': Buffer.from('a,b\n1,2\n') };
  const second = laterFiles(first, 22);

  beforeAll(async () => {
    await latheJson(['data', 'import', 'things', writeFolder(source, first)], template);
    writeFolder(source, second);
  });
  afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

  it.each(points.filter((_, at) => at % everyNth === 0))(
    'at $calls $number of $paths shows the new version whole or not at all',
    async ({ calls, paths, number }) => {
      const workspace = path.join(root, 'workspace');
      fs.rmSync(workspace, { recursive: true, force: true });
      fs.cpSync(template, workspace, { recursive: true, preserveTimestamps: true });
      const ended = await interrupted(
        { calls, number, by: 'kill', paths: paths.map((each) => path.join(workspace, each)) },
        [main, 'data', 'import', 'things', source, '--json'],
        { LATHE_WORKSPACE: workspace },
      );
      console.info(`${calls} ${number} of ${paths}: ${ended.wasKilled ? 'killed' : 'came to its end'}`);
      const versions = await latheJson(['data', 'log', 'things'], workspace);
      const seen = versions.length;
      expect([1, 2]).toContain(seen);
      expect(await latheJson(['fsck'], workspace)).toMatchObject({ damage: [] });
      const again = await latheJson(['data', 'import', 'things', source], workspace);
      expect(again).toMatchObject({ version: { version: 2 }, reused: seen === 2 });
      for (const [version, files] of [
        [1, first],
        [2, second],
      ] as const) {
        const out = path.join(root, `out-${version}`);
        fs.rmSync(out, { recursive: true, force: true });
        await latheJson(['data', 'checkout', `things@${version}`, out], workspace);
        expect(differences(out, files)).toEqual([]);
      }
    },
  );
});
