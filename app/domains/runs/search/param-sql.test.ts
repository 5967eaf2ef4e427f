import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeClock } from '../../../../test/support/fake-clock.ts';
import { searchedRuns } from '../../../../test/support/searched-runs.ts';
import { testCore } from '../../../../test/support/test-core.ts';
import type { Core } from '../../../kernel/core.ts';
import { hasParam } from './param-sql.ts';

let folder: string;
let core: Core;

const long = 'a path that is longer than what the index has of it/'.repeat(4);
const texts = ['5', '"5"', 'back\\slash', 'Größe ✓', `${long}a`, `${long}b`, '', "it's", 'two\nlines'];

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-params-'));
  core = testCore(folder, fakeClock());
  const bench = searchedRuns(core.database);
  for (const [index, text] of texts.entries()) bench.add({ name: `run ${index}`, params: { path: text } });
  bench.add({ name: 'a number', params: { path: 5 } });
  bench.add({ name: 'another key', params: { other: '5' } });
});

afterAll(() => {
  core.database.close();
  fs.rmSync(folder, { recursive: true });
});

const query = (text: string) => {
  const { sql, parameters } = hasParam('path', text);
  return { sql: `SELECT r.name FROM runs r WHERE ${sql} ORDER BY r.name`, parameters };
};

describe('runs with a parameter', () => {
  it.each(texts)('%j are those that have just this text', (text) => {
    const { sql, parameters } = query(text);
    const names = core.database.prepare(sql).all(...parameters);
    const expected = [`run ${texts.indexOf(text)}`, ...(text === '5' ? ['a number'] : [])];
    expect(names.map(({ name }) => name)).toEqual(expected.sort());
  });

  it('are found by the index of texts', () => {
    const { sql, parameters } = query('5');
    const plan = core.database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...parameters);
    expect(plan.map(({ detail }) => String(detail)).join('\n')).toContain(
      'SEARCH x USING INDEX run_params_by_text (key=? AND <expr>=?)',
    );
  });
});
