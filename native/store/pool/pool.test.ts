import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { storePaths } from '../store-paths.ts';
import { Pool } from './pool.ts';
import { newControl } from './session-control.ts';

let root: string;
let pool: Pool;
let mayRest: boolean;
const faults: unknown[] = [];

beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-pool-'));
  const paths = storePaths({ root, objects: path.join(root, 'objects'), cache: path.join(root, 'cache') });
  mayRest = true;
  faults.length = 0;
  const listener = {
    mayRest: () => mayRest,
    wants: () => false,
    shared: () => {},
    written: () => {},
    lost: (fault: unknown) => void faults.push(fault),
  };
  pool = new Pool(paths, 2, listener, 20);
});

afterEach(async () => {
  await pool.close();
  fs.rmSync(root, { recursive: true });
});

const work = () => pool.run({ kind: 'settle' }, newControl(2));

it('ends its threads when there was nothing to do for a while, and starts them again', async () => {
  for (let round = 0; round < 3; round += 1) {
    await Promise.all([work(), work()]);
    expect(pool.started).toHaveLength(2);
    await expect.poll(() => pool.started, { timeout: 10_000 }).toEqual([]);
  }
  expect(faults).toEqual([]);
});

it('keeps threads that hold what somebody counts on', async () => {
  mayRest = false;
  await work();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(pool.started).toHaveLength(1);
  mayRest = true;
  await expect.poll(() => pool.started, { timeout: 10_000 }).toEqual([]);
});
