import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkLayers, domainRanks } from './layer-check.ts';

const root = path.resolve(import.meta.dirname, '../..');

describe('the source tree', () => {
  it('has no import that its layer may not have', async () => {
    const { modules, violations } = await checkLayers();
    expect(violations).toEqual([]);
    expect(modules).toBeGreaterThan(30);
  });

  it('gives every domain a rank, a door and a page of terms', async () => {
    const ranks = await domainRanks();
    for (const domain of readdirSync(path.join(root, 'app/domains'))) {
      expect(ranks, `rank of ${domain} in .dependency-cruiser.mjs`).toContain(domain);
      expect(readdirSync(path.join(root, 'app/domains', domain))).toEqual(
        expect.arrayContaining(['index.ts', 'README.md']),
      );
    }
  });

  it('checks the types of each environment as a project of its own', () => {
    const { references } = JSON.parse(readFileSync(path.join(root, 'tsconfig.json'), 'utf8'));
    const environments = references.map((reference: { path: string }) => reference.path);
    expect(environments.sort()).toEqual(
      [
        'app',
        'app/contract',
        'app/host',
        'app/kernel',
        'main',
        'native',
        'preload',
        'renderer',
        'test',
      ].sort(),
    );
    const renderer = JSON.parse(readFileSync(path.join(root, 'renderer/tsconfig.json'), 'utf8'));
    expect(renderer.references).toEqual([{ path: '../app/contract' }]);
  });
});

/** Each planted import, and the rule that must catch it. */
const canaries: readonly (readonly [rule: string, from: string, code: string])[] = [
  ['contract', 'app/contract/bad-builtin.ts', "import 'node:fs';"],
  ['contract', 'app/contract/bad-kernel.ts', "import '../kernel/thing.ts';"],
  ['contract', 'app/contract/bad-package.ts', "import '@orpc/server';"],
  ['kernel', 'app/kernel/bad.ts', "import '../storage/thing.ts';"],
  ['storage', 'app/storage/bad.ts', "import '../executors/thing.ts';"],
  ['storage', 'app/storage/bad-native.ts', "import '../../native/thing.ts';"],
  ['executors', 'app/executors/bad.ts', "import '../domains/runs/index.ts';"],
  ['interop', 'app/interop/bad.ts', "import '../storage/thing.ts';"],
  ['native', 'native/bad.ts', "import '../app/storage/thing.ts';"],
  ['native', 'native/bad-kernel.ts', "import '../app/kernel/thing.ts';"],
  ['domains', 'app/domains/runs/bad-host.ts', "import '../../host/thing.ts';"],
  ['domains', 'app/domains/runs/bad-native.ts', "import type { T } from '../../../native/thing.ts';"],
  ['domains', 'app/domains/runs/bad-executor.ts', "import '../../executors/thing.ts';"],
  ['domain-door', 'app/domains/runs/bad-door.ts', "import '../datasets/inner.ts';"],
  ['domain-door', 'app/host/bad-door.ts', "import '../domains/runs/inner.ts';"],
  [
    'rank-of-datasets',
    'app/domains/datasets/bad.ts',
    "export const later = () => import('../runs/index.ts');",
  ],
  ['host', 'app/host/bad.ts', "import '../../renderer/thing.tsx';"],
  ['main', 'main/bad.ts', "import '../app/host/thing.ts';"],
  ['preload', 'preload/bad.ts', "import '../app/contract/thing.ts';"],
  ['renderer', 'renderer/bad.tsx', "import '../app/kernel/thing.ts';\nexport const a = <b />;"],
  ['renderer', 'renderer/bad-builtin.ts', "import 'node:path';"],
  ['native-packages', 'app/storage/bad-package.ts', "import 'better-sqlite3';"],
  ['electron-in-the-shell', 'app/host/bad-electron.ts', "import 'electron';"],
  ['no-test-in-product', 'app/kernel/bad-test.ts', "import '../../test/thing.ts';"],
  ['no-circle', 'app/kernel/about.ts', "import './round.ts';"],
  ['resolvable', 'app/kernel/bad-path.ts', "import './nowhere.ts';"],
];

/** What stands at the other end of the planted imports, itself free of faults. */
const innocent: Record<string, string> = {
  'app/contract/thing.ts': "import 'zod';\nexport const thing = 1;",
  'app/kernel/thing.ts': "import '../contract/thing.ts';\nexport const thing = 1;",
  'app/kernel/round.ts': "import './about.ts';\nexport const round = 1;",
  'app/storage/thing.ts': "import '../kernel/thing.ts';\nexport const thing = 1;",
  'app/executors/thing.ts': 'export const thing = 1;',
  'app/executors/executor.ts': 'export const executor = 1;',
  'app/domains/datasets/inner.ts': "import '../../storage/thing.ts';\nexport const inner = 1;",
  'app/domains/datasets/index.ts': "export * from './inner.ts';",
  'app/domains/runs/inner.ts': "import '../datasets/index.ts';\nexport const inner = 1;",
  'app/domains/runs/index.ts': "import '../../executors/executor.ts';\nexport * from './inner.ts';",
  'app/host/thing.ts':
    "import '../domains/runs/index.ts';\nimport '../../native/thing.ts';\nexport const thing = 1;",
  'native/thing.ts': "import 'better-sqlite3';\nexport type T = number;",
  'main/thing.ts': "import 'electron';\nexport const thing = 1;",
  'renderer/thing.tsx': "import '../app/contract/thing.ts';\nexport const thing = <a />;",
  'test/thing.ts': "import '../app/host/thing.ts';\nexport const thing = 1;",
};

describe('a planted import', () => {
  let folder: string;
  let found: Awaited<ReturnType<typeof checkLayers>>;

  function plant(file: string, code: string) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), `${code}\n`);
  }

  beforeAll(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'lathe-layers-'));
    symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'), 'junction');
    for (const [file, code] of Object.entries(innocent)) plant(file, code);
    for (const [, file, code] of canaries) plant(file, code);
    found = await checkLayers(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(canaries)('that breaks %s is caught in %s', (rule, file) => {
    expect(found.violations.filter((violation) => violation.from === file).map(({ rule }) => rule)).toContain(
      rule,
    );
  });

  it('is the only thing caught', () => {
    const planted = new Set(canaries.map(([, file]) => file));
    expect(found.violations.filter(({ from }) => !planted.has(from))).toEqual([]);
  });
});
