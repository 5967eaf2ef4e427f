import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { AppError } from '../../app/kernel/app-error.ts';
import { openSession, text } from './duckdb-session.ts';
import { createTables } from './tables.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "lathe tables [1]*'"));
const tables = createTables();
let files = 0;

afterAll(async () => {
  await tables.close();
  fs.rmSync(folder, { recursive: true });
});

/** A source whose real path says nothing of its name, as objects of the store are. */
function source(name: string, content: string | Uint8Array) {
  const filePath = path.join(folder, `object-${++files}`);
  fs.writeFileSync(filePath, content);
  return { path: filePath, name };
}

async function load(...sources: { path: string; name: string }[]) {
  const parquet = path.join(folder, `table-${++files}.parquet`);
  const { rows, columns } = await tables.convert(sources, parquet, {});
  return { parquet, rows, columns, cells: await tables.page(parquet, 0, 1000) };
}
const csv = (content: string | Uint8Array, name = 'data.csv') => load(source(name, content));
const typesOf = (columns: readonly { type: string }[]) => columns.map(({ type }) => type);

async function refusal(...sources: { path: string; name: string }[]): Promise<AppError> {
  const error = (await load(...sources).catch((thrown: unknown) => thrown)) as AppError;
  expect(error.message).not.toContain(folder);
  expect(error).toMatchObject({ code: expect.any(String), nextStep: expect.stringMatching(/\w/) });
  return error;
}
const refused = (content: string | Uint8Array, name = 'data.csv') => refusal(source(name, content));

describe('a CSV', () => {
  it('gives typed columns in the order of its rows', async () => {
    const { rows, columns, cells } = await csv(
      'id,weight,ok,city,when\n1,0.5,true,Ulm,2024-01-02\n2,,false,,2024-01-02T10:00:00Z\n3,4,,"Bad, Ischl",\n',
    );
    expect(rows).toBe(3);
    expect(typesOf(columns)).toEqual(['integer', 'number', 'boolean', 'text', 'time']);
    expect(cells).toEqual([
      [1, 0.5, true, 'Ulm', '2024-01-02T00:00:00.000Z'],
      [2, null, false, null, '2024-01-02T10:00:00.000Z'],
      [3, 4, null, 'Bad, Ischl', null],
    ]);
  });

  it.each([
    ['semicolons', 'a;b\n1,5;x\n2,5;y\n', 'data.csv'],
    ['tabs', 'a\tb\n1\tx\n2\ty\n', 'data.csv'],
    ['tabs in a TSV with commas in its texts', 'a\tb\n1\tx,y\n2\ty,z\n', 'data.tsv'],
    ['CRLF', 'a,b\r\n1,x\r\n2,y\r\n', 'data.csv'],
    ['CR alone', 'a,b\r1,x\r2,y\r', 'data.csv'],
    ['mixed line ends', 'a,b\r\n1,x\n2,y', 'data.csv'],
    ['a byte order mark', '\ufeff"a",b\n1,x\n2,y\n', 'data.csv'],
    ['blank lines', '\na,b\n\n1,x\n\n2,y\n\n', 'data.csv'],
  ])('is read with %s', async (_form, content, name) => {
    const { rows, columns } = await csv(content, name);
    expect(columns.map((column) => column.name)).toEqual(['a', 'b']);
    expect(rows).toBe(2);
  });

  it('keeps quoted newlines, doubled quotes and quotes inside plain text', async () => {
    const { cells } = await csv('a,b\n"one\r\ntwo","say ""hi"""\n5" disk,x\n');
    expect(cells).toEqual([
      ['one\r\ntwo', 'say "hi"'],
      ['5" disk', 'x'],
    ]);
  });

  it('takes a first line of numbers for data and numbers the columns', async () => {
    const { columns, cells } = await csv('1,2\n3,4\n');
    expect(columns.map((column) => column.name)).toEqual(['column_1', 'column_2']);
    expect(cells).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it('keeps blank lines of a table of one column as missing values', async () => {
    const { cells } = await csv('a\n1\n\n3\n');
    expect(cells).toEqual([[1], [null], [3]]);
  });

  it('understands words for missing values among numbers, and only there', async () => {
    const { columns, cells } = await csv('a,b,c\n1,NA,NA\nNA,0.5,x\n?,nan,y\n');
    expect(typesOf(columns)).toEqual(['integer', 'number', 'text']);
    expect(cells).toEqual([
      [1, null, 'NA'],
      [null, 0.5, 'x'],
      [null, null, 'y'],
    ]);
  });

  it('keeps leading zeros and integers that a double cannot hold', async () => {
    const { columns, cells } = await csv('zip,big\n01067,9007199254740993\n80331,1\n');
    expect(typesOf(columns)).toEqual(['text', 'integer']);
    expect(cells[0]).toEqual(['01067', '9007199254740993']);
  });

  it('keeps identifiers of twenty digits as text, and long fractions as numbers', async () => {
    const { columns, cells } = await csv('id,x\n12345678901234567890,0.12345678901234567890\n1,1e30\n');
    expect(typesOf(columns)).toEqual(['text', 'number']);
    expect(cells[0]![0]).toBe('12345678901234567890');
  });

  it('keeps column names that look like SQL', async () => {
    const names = ['a"b', "x'); DROP TABLE staged;--", 'select', '名前 📦'];
    const { columns, parquet, cells } = await csv(
      `${names.map((name) => `"${name.replaceAll('"', '""')}"`).join(',')}\n1,2,3,4\n`,
    );
    expect(columns.map((column) => column.name)).toEqual(names);
    expect(cells).toEqual([[1, 2, 3, 4]]);
    expect((await tables.profile(parquet)).map((profile) => profile.name)).toEqual(names);
  });

  it('holds a field of several megabytes', async () => {
    const long = 'x'.repeat(5_000_000);
    const { cells } = await csv(`a,b\n1,${long}\n2,y\n`);
    expect(cells[0]).toEqual([1, long]);
  });

  it('finds a type that changes only in the last of 100,000 rows', async () => {
    const body = Array.from({ length: 100_000 }, (_, row) => `${row},${row % 7},${row === 99_999 ? 'x' : 1}`);
    const { rows, columns, parquet } = await csv(`a,b,c\n${body.join('\n')}\n`);
    expect(rows).toBe(100_000);
    expect(typesOf(columns)).toEqual(['integer', 'integer', 'text']);
    expect(await tables.page(parquet, 99_998, 10)).toEqual([
      [99_998, 99_998 % 7, '1'],
      [99_999, 99_999 % 7, 'x'],
    ]);
  });
});

describe('a CSV that cannot be read', () => {
  const umlaut = Buffer.from('a,b\n1,x\n2,M\xfcnchen\n', 'latin1');
  it.each([
    ['with ragged rows', 'a,b\n1,2\n3\n', 3, /1 field where the first line has 2/],
    ['with a row too long', 'a,b\n1,2\n\n3,4,5\n', 4, /3 fields/],
    ['with a ragged row after a quoted newline', 'a,b\n"1\n2",3\n4\n', 4, /1 field/],
    ['in Latin-1', umlaut, 3, /not UTF-8/],
    ['in UTF-16 with a mark', Buffer.from('\ufeffa,b\n1,2\n', 'utf16le'), 1, /UTF-16/],
    ['in UTF-16 without a mark', Buffer.from('a,b\n1,2\n', 'utf16le'), 1, /UTF-16/],
    ['cut inside a character', Buffer.from('a,b\n1,ü').subarray(0, -1), 2, /not UTF-8/],
    ['with a NUL byte', 'a,b\n1,2\n3,\0\n', 3, /NUL/],
    ['that is empty', '', undefined, /empty/],
    ['of blank lines', '\n\n\n', undefined, /empty/],
    ['with a header only', 'a,b\n', 1, /no rows/],
    ['with a name twice', 'a,b,a\n1,2,3\n', 1, /"a" stands twice/],
    ['with names that differ in capitals', 'a,A\n1,2\n', 1, /"a" and "A" differ only in capitals/],
    ['with a column without a name', 'a,,c\n1,2,3\n', 1, /column 2 of 3 has no name/],
    ['with an open quote', 'a,b\n1,2\n3,"4\n5,6\n', 3, /never closed/],
    ['with text after a quote', 'a,b\n1,2\n3,"4"x\n', 3, /closing quote/],
    ['with an infinite number', 'a,b\n1,inf\n2,0.5\n', undefined, /"b" holds 1 infinite number/],
  ])('%s is refused with its place', async (_form, content, line, reason) => {
    const error = await refused(content, 'wards/mine.csv');
    expect(error.code).toBe('DATA_MALFORMED');
    expect(error.message).toMatch(reason);
    expect(error.message).toContain('wards/mine.csv');
    expect(error.details).toMatchObject({ path: 'wards/mine.csv', ...(line === undefined ? {} : { line }) });
  });

  it('leaves nothing beside the place where its table would be', async () => {
    const before = fs.readdirSync(folder).filter((name) => name.endsWith('.spill'));
    await refused('a,b\n1,inf\n');
    expect(fs.readdirSync(folder).filter((name) => name.endsWith('.spill'))).toEqual(before);
  });
});

describe('a CSV of many pieces', () => {
  const row = (index: number) => `${index},"say ""ü""\r\n${'é'.repeat(index % 7)}",x\r\n`;
  const body = Array.from({ length: 200_000 }, (_, index) => row(index)).join('');

  it('is counted right wherever a piece ends', async () => {
    const { rows, parquet } = await csv(`a,b,c\r\n${body}`);
    expect(rows).toBe(200_000);
    expect(await tables.page(parquet, 199_999, 1)).toEqual([
      [199_999, `say "ü"\r\n${'é'.repeat(199_999 % 7)}`, 'x'],
    ]);
  });

  it('is refused at the right line, of its text as of its bytes', async () => {
    expect((await refused(`a,b,c\r\n${body}1,2\r\n`)).details.line).toBe(400_002);
    const bad = Buffer.concat([Buffer.from(`a,b,c\r\n${body}`), Buffer.from([0x31, 0xff, 0x0a])]);
    expect((await refused(bad)).details.line).toBe(400_002);
  });
});

describe('several files of one table', () => {
  it('are joined in order, with types that hold all of them', async () => {
    const { columns, cells } = await load(
      source('1.csv', 'a,b,c\n1,1,1\n'),
      source('2.csv', 'a;b;c\n2;0.5;x\n'),
      source('3.csv', 'a,b,c\n3,7,true\n'),
    );
    expect(typesOf(columns)).toEqual(['integer', 'number', 'text']);
    expect(cells).toEqual([
      [1, 1, '1'],
      [2, 0.5, 'x'],
      [3, 7, 'true'],
    ]);
  });

  it('are refused when their columns differ', async () => {
    const error = await refusal(source('1.csv', 'a,b\n1,2\n'), source('2.csv', 'a,c\n1,2\n'));
    expect(error).toMatchObject({ code: 'DATA_MALFORMED', details: { path: '2.csv', line: 1 } });
    expect(error.message).toContain('"b" of 1.csv');
  });
});

describe('JSON lines', () => {
  it('give a column for every key, nested values as JSON, and leave texts texts', async () => {
    const { columns, cells } = await load(
      source(
        'x.jsonl',
        '{"a": 1, "t": "07", "when": "2024-01-02"}\n\n{"a": 2.5, "ok": true, "n": {"x": [1]}, "t": "8"}\n',
      ),
    );
    expect(columns.map(({ name, type }) => `${name}:${type}`)).toEqual([
      'a:number',
      't:text',
      'when:time',
      'ok:boolean',
      'n:text',
    ]);
    expect(cells[1]).toEqual([2.5, '8', null, true, '{"x":[1]}']);
  });

  it.each([
    ['a broken line', '{"a": 1}\n{"a": \n', 2, /not JSON/],
    ['a list', '{"a": 1}\n\n[1]\n', 3, /a list where an object/],
    ['nothing', '\n', undefined, /empty/],
    ['objects without keys', '{}\n', 1, /without any key/],
  ])('with %s are refused', async (_form, content, line, reason) => {
    const error = await refused(content, 'x.jsonl');
    expect(error.code).toBe('DATA_MALFORMED');
    expect(error.message).toMatch(reason);
    expect(error.details.line).toBe(line);
  });
});

describe('Parquet', () => {
  it('of other types becomes the five of a table', async () => {
    const filePath = path.join(folder, 'in.parquet');
    const session = await openSession({ files: [filePath] });
    await session.connection.run(
      `COPY (SELECT 1::UTINYINT AS small, 1.25::DECIMAL(9,2) AS price, DATE '2024-01-02' AS day, [1, 2] AS list,
        '5' AS word, 1.5::FLOAT AS single) TO ${text(filePath)} (FORMAT parquet, USE_TMP_FILE false)`,
    );
    session.close();
    const { columns, cells } = await load({ path: filePath, name: 'in.parquet' });
    expect(typesOf(columns)).toEqual(['integer', 'number', 'time', 'text', 'text', 'number']);
    expect(cells).toEqual([[1, 1.25, '2024-01-02T00:00:00.000Z', '[1,2]', '5', 1.5]]);
  });

  it('that is something else is refused by its own name', async () => {
    const error = await refused('not parquet at all', 'mine.parquet');
    expect(error).toMatchObject({ code: 'DATA_MALFORMED', details: { path: 'mine.parquet' } });
  });
});

describe('a profile', () => {
  it('counts, measures and bins every column', async () => {
    const body = Array.from(
      { length: 1000 },
      (_, row) => `${row % 5},${row},${row / 10},${row % 2 ? 'odd' : ''}`,
    );
    const { parquet } = await csv(`few,many,real,word\n${body.join('\n')}\n`);
    const [few, many, real, word] = await tables.profile(parquet);
    expect(few).toMatchObject({ count: 1000, missing: 0, distinct: 5, numeric: { min: 0, max: 4, mean: 2 } });
    expect(few!.numeric!.histogram).toEqual([0, 1, 2, 3, 4].map((at) => ({ from: at, to: at, count: 200 })));
    expect(few!.top[0]).toEqual({ value: 0, count: 200 });
    expect(many!.numeric).toMatchObject({ median: 499.5 });
    expect(many!.numeric!.std).toBeCloseTo(288.675, 3);
    expect(many!.numeric!.histogram).toHaveLength(24);
    expect(many!.numeric!.histogram[0]).toEqual({ from: 0, to: 42, count: 42 });
    const bins = real!.numeric!.histogram;
    expect(bins).toHaveLength(24);
    expect(bins.at(-1)!.to).toBe(99.9);
    expect(bins.reduce((sum, bin) => sum + bin.count, 0)).toBe(1000);
    expect(word).toMatchObject({ count: 500, missing: 500, distinct: 1, numeric: null });
    expect(word!.top).toEqual([{ value: 'odd', count: 500 }]);
  });

  it('has empty bins where there are no values', async () => {
    const { parquet } = await csv('x\n0.5\n1\n100.5\n');
    const bins = (await tables.profile(parquet))[0]!.numeric!.histogram;
    expect(bins).toHaveLength(24);
    expect(bins.map((bin) => bin.count)).toEqual([2, ...new Array(22).fill(0), 1]);
  });

  it('puts no missing value into a bin', async () => {
    const { parquet } = await csv('x,y\n1.5,a\n,b\n2.5,c\n,d\n');
    const bins = (await tables.profile(parquet))[0]!.numeric!.histogram;
    expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(2);
  });

  it('handles a table of 2,000 columns, and columns that are constant or empty', async () => {
    const names = Array.from({ length: 2000 }, (_, index) => `c${index}`);
    const rows = [0, 1, 2].map((row) =>
      names.map((_, index) => (index === 0 ? '' : index === 1 ? 7 : row + 0.5)),
    );
    const { parquet, columns } = await csv([names, ...rows].map((row) => row.join(',')).join('\n'));
    expect(columns).toHaveLength(2000);
    const profile = await tables.profile(parquet);
    expect(profile).toHaveLength(2000);
    expect(profile[0]).toMatchObject({ type: 'text', count: 0, missing: 3, top: [] });
    expect(profile[1]!.numeric!.histogram).toEqual([{ from: 7, to: 7, count: 3 }]);
  }, 240_000);

  it('of the digits has a bin for every value', async () => {
    const name = 'digits.csv';
    const { rows, parquet } = await load({
      path: new URL(`../../resources/sample/digits/${name}`, import.meta.url).pathname,
      name,
    });
    expect(rows).toBe(1797);
    const label = (await tables.profile(parquet)).at(-1)!;
    expect(label.numeric!.histogram.map((bin) => bin.count)).toEqual([
      178, 182, 177, 183, 181, 182, 181, 179, 174, 180,
    ]);
  });
});

describe('work on a table', () => {
  it('stops when it is aborted, leaving the thread usable', async () => {
    const big = source('big.csv', `a,b\n${'1,2\n'.repeat(3_000_000)}`);
    const abort = new AbortController();
    const progress: number[] = [];
    const converting = tables.convert([big], path.join(folder, 'big.parquet'), {
      signal: abort.signal,
      onProgress: ({ fraction }) => {
        progress.push(fraction ?? 0);
        abort.abort();
      },
    });
    await expect(converting).rejects.toMatchObject({ name: 'AbortError' });
    expect(progress[0]).toBeGreaterThan(0);
    expect((await csv('a\n1\n')).rows).toBe(1);
  });

  it('cannot reach any other file, however it is asked', async () => {
    const session = await openSession({ folders: [folder] });
    for (const sql of [
      "SELECT * FROM read_csv('/etc/passwd')",
      "COPY (SELECT 1) TO '/tmp/lathe-must-not-exist.csv'",
      'SET enable_external_access = true',
      'INSTALL httpfs',
    ]) {
      await expect(session.connection.run(sql), sql).rejects.toThrow(/Permission|Invalid|configuration/);
    }
    session.close();
  });
});
