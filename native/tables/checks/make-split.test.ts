import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DataSplitSpec, dataSplitSpec, partsOfSplit } from '../../../app/contract/data-splits.ts';
import type { MadeSplit } from '../../../app/kernel/ports/data-checks.ts';
import { parquetTable } from '../../../test/support/parquet-table.ts';
import { createDataCheckEngine } from './check-engine.ts';
import { makeSplit } from './make-split.ts';
import { readNpy } from './npy-file.ts';
import { packAssignment, unpackAssignment } from './packed-assignment.ts';
import { quietly } from './watch.ts';

const never = new AbortController().signal;
const three = [
  { name: 'train', fraction: 0.7 },
  { name: 'validation', fraction: 0.1 },
  { name: 'test', fraction: 0.2 },
];
const ROWS = 2000;
let folder: string;
let cases: string;
let casesShuffled: string;
let repeating: string;
const bench = createDataCheckEngine();

/** A patient has 1 to 9 visits; labels are of unequal sizes; a few cells are missing. */
const visits = `
  SELECT i AS visit_id, 'p' || (i * i % 397) AS patient, ((i * 7919) % 1000) / 10.0 AS value,
    CASE WHEN i % 100 = 0 THEN NULL WHEN i % 20 = 1 THEN 'rare' WHEN i % 3 = 0 THEN 'b' ELSE 'a' END AS label,
    TIMESTAMP '2026-01-01' + INTERVAL (i * 37 % 500) HOUR AS seen
  FROM range(${ROWS}) r(i)`;

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-splits-'));
  cases = await parquetTable(folder, 'cases', `${visits} ORDER BY i`);
  casesShuffled = await parquetTable(folder, 'shuffled', `${visits} ORDER BY hash(i)`);
  repeating = await parquetTable(
    folder,
    'repeating',
    `SELECT i % 300 AS x, (i % 300) * 0.5 AS y, 'z' AS z FROM range(900) r(i)`,
  );
});
afterAll(async () => {
  await bench.close();
  fs.rmSync(folder, { recursive: true });
});

function spec(method: DataSplitSpec['method'], rest: Partial<DataSplitSpec> = {}): DataSplitSpec {
  return dataSplitSpec.parse({ method, ...(rest.folds === undefined && { parts: three }), ...rest });
}
const make = (table: string, asked: DataSplitSpec) =>
  makeSplit({ tablePath: table, spec: asked }, quietly(never));

function assignmentOf(made: MadeSplit): string[] {
  const names = partsOfSplit(made.spec).map(({ name }) => name);
  return [...unpackAssignment(made.assignment)].map((part) => names[part]!);
}

async function column(table: string, name: string): Promise<string[]> {
  const { inSession, text, identifier, rowsOf } = await import('../duckdb-session.ts');
  return await inSession({ files: [table], beside: `${table}.reading`, signal: never }, async (connection) =>
    (
      await rowsOf(
        connection,
        `SELECT CAST(${identifier(name)} AS VARCHAR) FROM read_parquet(${text(table)})`,
      )
    ).map(([value]) => String(value)),
  );
}

const methods: DataSplitSpec['method'][] = [
  { kind: 'random' },
  { kind: 'stratified', column: 'label' },
  { kind: 'grouped', columns: ['patient'] },
  { kind: 'time', column: 'seen' },
];

describe.each(methods)('a split that is $kind', (method) => {
  it.each([
    { parts: three },
    {
      parts: [
        { name: 'a', fraction: 0.999 },
        { name: 'b', fraction: 0.001 },
      ],
    },
    { folds: 5 },
    { folds: 10 },
  ])('puts every row into one part, in the shares that were asked for: %j', async (asked) => {
    const made = await make(cases, spec(method, asked));
    const parts = assignmentOf(made);
    expect(parts).toHaveLength(ROWS);
    // A group goes wholly into one part, and has at most so many rows.
    const largest = method.kind === 'grouped' ? 20 : method.kind === 'time' ? 8 : 2;
    for (const [index, { name, fraction }] of partsOfSplit(made.spec).entries()) {
      const rows = parts.filter((part) => part === name).length;
      expect(rows).toBeGreaterThan(0);
      expect(Math.abs(rows - fraction * ROWS)).toBeLessThanOrEqual(largest);
      expect(made.parts[index]).toEqual({ name, rows, fraction: rows / ROWS });
    }
  });

  it('is made again the very same, and otherwise with another seed (but by time)', async () => {
    const [first, again, other] = [
      await make(cases, spec(method)),
      await bench.split({ tablePath: cases, spec: spec(method) }),
      await make(cases, spec(method, { seed: 8 })),
    ];
    expect(again.digest).toBe(first.digest);
    expect(Buffer.from(again.assignment).equals(Buffer.from(first.assignment))).toBe(true);
    expect(other.digest === first.digest).toBe(method.kind === 'time');
  });

  it('does not depend on the order of the rows', async () => {
    const [ordered, shuffled] = [await make(cases, spec(method)), await make(casesShuffled, spec(method))];
    const byVisit = async (table: string, made: MadeSplit) => {
      const parts = assignmentOf(made);
      return new Map((await column(table, 'visit_id')).map((visit, row) => [visit, parts[row]]));
    };
    const [one, other] = [await byVisit(cases, ordered), await byVisit(casesShuffled, shuffled)];
    expect([...one].every(([visit, part]) => other.get(visit) === part)).toBe(true);
  });
});

describe('a stratified split', () => {
  it.each([{ parts: three }, { folds: 7 }])('gives each part each class in its share: %j', async (asked) => {
    const made = await make(cases, spec({ kind: 'stratified', column: 'label' }, asked));
    const labels = await column(cases, 'label');
    const parts = assignmentOf(made);
    for (const label of ['a', 'b', 'rare', 'null']) {
      const all = labels.filter((each) => each === label).length;
      for (const { name, fraction } of partsOfSplit(made.spec)) {
        const there = labels.filter((each, row) => each === label && parts[row] === name).length;
        expect(Math.abs(there - all * fraction)).toBeLessThanOrEqual(2);
      }
    }
    expect(made.classes).toMatchObject({ column: 'label', labels: ['a', 'b', 'rare', null], more: 0 });
    expect(made.classes!.counts.flat().reduce((sum, n) => sum + n, 0)).toBe(ROWS);
  });

  it('leaves the largest part a row of every class, however small', async () => {
    const table = await parquetTable(
      folder,
      'singles',
      "SELECT i AS x, CASE WHEN i < 20 THEN 'only-' || i ELSE 'common' END AS label FROM range(100) r(i)",
    );
    const made = await make(table, spec({ kind: 'stratified', column: 'label' }));
    const [labels, parts] = [await column(table, 'label'), assignmentOf(made)];
    expect(new Set(labels.filter((_, row) => parts[row] === 'train'))).toEqual(new Set(labels));
    expect(parts.filter((part) => part === 'test').length).toBeGreaterThan(10);
  });

  it('is refused for a column that has no classes', async () => {
    await expect(make(cases, spec({ kind: 'stratified', column: 'visit_id' }))).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('2000 different values'),
    });
  });
});

describe('a grouped split', () => {
  it('keeps every group in one part, and one that is not known apart', async () => {
    const made = await make(cases, spec({ kind: 'grouped', columns: ['patient'] }));
    const [groups, parts] = [await column(cases, 'patient'), assignmentOf(made)];
    const partOf = new Map<string, Set<string>>();
    groups.forEach((group, row) => {
      partOf.set(group, (partOf.get(group) ?? new Set()).add(parts[row]!));
    });
    expect([...partOf.values()].every((own) => own.size === 1)).toBe(true);
    const unknown = await make(cases, spec({ kind: 'grouped', columns: ['label', 'visit_id'] }));
    expect(new Set(assignmentOf(unknown)).size).toBe(3);
  });

  it('gives every part a group where there are as many, and is refused where there are fewer', async () => {
    const table = await parquetTable(folder, 'few', 'SELECT i AS x, i % 3 AS g FROM range(30) r(i)');
    const made = await make(table, spec({ kind: 'grouped', columns: ['g'] }));
    expect(made.parts.map(({ rows }) => rows)).toEqual([10, 10, 10]);
    await expect(make(table, spec({ kind: 'grouped', columns: ['g'] }, { folds: 4 }))).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: 'There are 3 groups, too few for 4 parts.',
    });
  });
});

describe('a split by time', () => {
  it('has everything of a part before everything of the next, and rows without a time first', async () => {
    const table = await parquetTable(
      folder,
      'times',
      "SELECT i AS x, CASE WHEN i % 10 > 0 THEN TIMESTAMP '2026-01-01' + INTERVAL (i * 7 % 100) DAY END AS t FROM range(200) r(i)",
    );
    const made = await make(table, spec({ kind: 'time', column: 't' }));
    const [times, parts] = [await column(table, 't'), assignmentOf(made)];
    const of = (name: string) => times.filter((_, row) => parts[row] === name).sort();
    const known = (name: string) => of(name).filter((time) => time !== 'null');
    expect(known('train').at(-1)! < known('validation')[0]!).toBe(true);
    expect(known('validation').at(-1)! < known('test')[0]!).toBe(true);
    expect(of('train').filter((time) => time === 'null')).toHaveLength(20);
    await expect(make(table, spec({ kind: 'time', column: 'y' }))).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
    await expect(make(cases, spec({ kind: 'time', column: 'label' }))).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
  });
});

describe('identical rows', () => {
  it('stay together, unless they repeat by nature, which is then shown as a leak', async () => {
    const together = await make(repeating, spec({ kind: 'random' }));
    expect(together.leakage.leaks).toEqual([]);
    const parts = assignmentOf(together);
    for (let row = 300; row < 900; row++) expect(parts[row]).toBe(parts[row % 300]);
    const apart = await make(repeating, spec({ kind: 'random' }, { duplicates: 'apart' }));
    expect(apart.parts.map(({ rows }) => rows)).toEqual([630, 90, 180]);
    const [leak] = apart.leakage.leaks;
    expect(leak).toMatchObject({ kind: 'duplicates', severity: 'leak', columns: [] });
    const own = assignmentOf(apart);
    const crossing = Array.from({ length: 300 }, (_, x) => [x, x + 300, x + 600]).filter(
      (rows) => new Set(rows.map((row) => own[row])).size > 1,
    );
    expect(leak!.rows).toBe(crossing.length * 3);
    for (const { one, other, cells } of leak!.examples) {
      expect(one.part).toBe(own[one.row]);
      expect(other.part).toBe(own[other.row]);
      expect(one.part).not.toBe(other.part);
      expect(one.row % 300).toBe(other.row % 300);
      expect(cells).toMatchObject({ x: one.row % 300, z: 'z' });
    }
  });

  it('are too few to part when there is only one, with the cure', async () => {
    const table = await parquetTable(folder, 'same', 'SELECT 1 AS x FROM range(50)');
    await expect(make(table, spec({ kind: 'random' }))).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: 'The table has 1 different rows, too few for 3 parts.',
      nextStep: expect.stringContaining('--duplicates apart'),
    });
    const apart = await make(table, spec({ kind: 'random' }, { duplicates: 'apart' }));
    expect(apart.parts.map(({ rows }) => rows)).toEqual([35, 5, 10]);
  });

  it('are found behind a column of row numbers, which is ignored', async () => {
    const table = await parquetTable(
      folder,
      'ids',
      "SELECT i AS id, i % 50 AS x, 'k' AS y FROM range(100) r(i)",
    );
    const made = await make(table, spec({ kind: 'random' }));
    expect(made.spec.ignore).toEqual(['id']);
    const parts = assignmentOf(made);
    for (let row = 50; row < 100; row++) expect(parts[row]).toBe(parts[row - 50]);
    const looked = await make(table, spec({ kind: 'random' }, { ignore: [] }));
    expect(looked.leakage.leaks).toEqual([]);
    await expect(make(table, spec({ kind: 'random' }, { ignore: ['idd'] }))).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      nextStep: 'Did you mean "id"?',
    });
  });
});

describe('the algorithm', () => {
  it('orders units by MD5 of the seed and the MD5 of their content, as docs/expectations-and-splits.md says', async () => {
    const table = await parquetTable(
      folder,
      'small',
      "SELECT i AS n, 'w' || i AS word, CASE WHEN i = 3 THEN NULL ELSE i % 2 = 0 END AS even FROM range(40) r(i)",
    );
    const made = await make(table, spec({ kind: 'random' }, { seed: 11 }));
    const md5 = (text: string) => {
      const bytes = createHash('md5').update(text).digest().reverse();
      return BigInt(`0x${bytes.toString('hex')}`);
    };
    const hex = (text: string) => createHash('md5').update(text).digest('hex');
    const cell = (text: string | null) => (text === null ? '~,' : `${text.length}:${text},`);
    const keys = Array.from({ length: 40 }, (_, i) =>
      md5(`11:${hex(cell(String(i)) + cell(`w${i}`) + cell(i === 3 ? null : String(i % 2 === 0)))}`),
    );
    const order = keys.map((_, row) => row).sort((a, b) => (keys[a]! < keys[b]! ? -1 : 1));
    const expected = new Array<string>(40);
    order.forEach((row, place) => {
      expected[row] = place < 28 ? 'train' : place < 32 ? 'validation' : 'test';
    });
    expect(assignmentOf(made)).toEqual(expected);
  });
});

describe('work on a split', () => {
  it('tells how far it is, ever further, and ends when it is told to', async () => {
    const told: number[] = [];
    const stop = new AbortController();
    await bench.split(
      { tablePath: cases, spec: spec({ kind: 'random' }) },
      { onProgress: (fraction, message) => told.push(message === '' ? Number.NaN : fraction) },
    );
    expect(told.length).toBeGreaterThan(3);
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(told.every((fraction) => fraction >= 0 && fraction <= 1)).toBe(true);
    const stopped = bench.split(
      { tablePath: cases, spec: spec({ kind: 'random' }) },
      { signal: stop.signal, onProgress: () => stop.abort() },
    );
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
    expect(fs.readdirSync(folder).filter((name) => name.includes('.spill'))).toEqual([]);
  });
});

describe('a packed assignment', () => {
  it.each([2, 3, 4, 5, 16, 17, 100])('of %i parts is unpacked as it was', (parts) => {
    for (const rows of [1, 7, 8, 1001]) {
      const assignment = Uint8Array.from({ length: rows }, (_, row) => (row * 31) % parts);
      const packed = packAssignment(assignment, parts);
      expect(unpackAssignment(packed)).toEqual(assignment);
      expect(() => unpackAssignment(packed.subarray(0, packed.length - 1))).toThrow(
        expect.objectContaining({ code: 'STORAGE_FAILED' }),
      );
    }
  });

  it('is laid out as files of NumPy, whose parts may be joined', async () => {
    const made = await make(cases, spec({ kind: 'random' }, { folds: 3 }));
    const place = fs.mkdtempSync(path.join(folder, 'views-'));
    await bench.layOut(
      made.assignment,
      [
        { name: 'train', of: [0, 2] },
        { name: 'test', of: [1] },
      ],
      place,
      null,
    );
    const [train, test] = [
      await readNpy(path.join(place, 'train.npy')),
      await readNpy(path.join(place, 'test.npy')),
    ];
    const parts = assignmentOf(made);
    expect(test).toEqual(parts.flatMap((part, row) => (part === 'fold-2' ? [row] : [])));
    expect([...train, ...test].sort((a, b) => a - b)).toEqual(Array.from({ length: ROWS }, (_, row) => row));
    expect(await bench.rows(made.assignment, 1, { offset: 2, limit: 3 })).toEqual({
      rows: test.slice(2, 5),
      totalRows: test.length,
    });
    fs.writeFileSync(path.join(place, 'no.npy'), 'no');
    await expect(readNpy(path.join(place, 'no.npy'))).rejects.toThrow('no list');
  });

  it('is laid out as names of files too where rows stand for files, whatever is in a name', async () => {
    const count = 5000;
    const nameOf = (row: number) =>
      row === 7
        ? null
        : row === 8
          ? `a\n"b" 😀/8.png`
          : `train/${row % 3}/${String(row).padStart(5, '0')}.png`;
    const tablePath = await parquetTable(
      folder,
      'pictures',
      `SELECT CASE i WHEN 7 THEN NULL WHEN 8 THEN 'a' || chr(10) || '"b" 😀/8.png'
         ELSE 'train/' || i % 3 || '/' || printf('%05d', i) || '.png' END AS file FROM range(${count}) t(i)`,
    );
    const made = await make(tablePath, spec({ kind: 'random' }, { folds: 3 }));
    const place = fs.mkdtempSync(path.join(folder, 'files-'));
    const views = [
      { name: 'train', of: [0, 2] },
      { name: 'test', of: [1] },
    ];
    await bench.layOut(made.assignment, views, place, { tablePath, column: 'file' });
    for (const { name } of views) {
      const rows = await readNpy(path.join(place, `${name}.npy`));
      const lines = fs.readFileSync(path.join(place, `${name}.files.jsonl`), 'utf8').split('\n');
      expect(lines.pop()).toBe('');
      expect(lines.map((line) => JSON.parse(line))).toEqual(rows.map(nameOf));
    }
    expect(fs.readdirSync(place).sort()).toEqual([
      'test.files.jsonl',
      'test.npy',
      'train.files.jsonl',
      'train.npy',
    ]);
  });
});
