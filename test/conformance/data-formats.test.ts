import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { createFormats } from '../../native/formats/index.ts';
import { createTables } from '../../native/tables/tables.ts';
import { dataFormatConformance, filesIn } from './data-format.ts';

const fixtures = fileURLToPath(new URL('../fixtures/data-formats', import.meta.url));
const made = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-formats-'));
afterAll(() => fs.rmSync(made, { recursive: true, force: true }));

const text = (...names: string[]) => names.map((name) => ({ name, type: 'text' as const }));
const integer = (...names: string[]) => names.map((name) => ({ name, type: 'integer' as const }));
const number = (...names: string[]) => names.map((name) => ({ name, type: 'number' as const }));
const fixture = (folder: string, keep?: (name: string) => boolean) => () =>
  filesIn(path.join(fixtures, folder), keep);
const only = (name: string) => (each: string) => each === name;

function written(files: Readonly<Record<string, string>>) {
  return () => {
    const folder = fs.mkdtempSync(path.join(made, 'files-'));
    for (const [name, content] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), content);
    return filesIn(folder);
  };
}

dataFormatConformance({
  name: 'csv',
  files: written({ 'a.csv': 'x,y\n1,a\n2,b\n', 'b.csv': 'x,y\n3,c\n' }),
  expected: { rows: 3, columns: [...integer('x'), ...text('y')], fileColumn: null, labelColumn: null },
  rows: [
    [1, 'a'],
    [2, 'b'],
    [3, 'c'],
  ],
});
dataFormatConformance({
  name: 'tsv',
  files: written({ 'a.tsv': 'x\ty\n1\ta\n' }),
  expected: { rows: 1, columns: [...integer('x'), ...text('y')], fileColumn: null, labelColumn: null },
  rows: [[1, 'a']],
});
dataFormatConformance({
  name: 'jsonl',
  files: written({ 'a.jsonl': '{"x":1.5,"y":"a"}\n{"x":2,"y":null}\n' }),
  expected: { rows: 2, columns: [...number('x'), ...text('y')], fileColumn: null, labelColumn: null },
  rows: [
    [1.5, 'a'],
    [2, null],
  ],
});
dataFormatConformance({
  name: 'npy',
  files: fixture('numpy', only('fortran.npy')),
  expected: {
    rows: 2,
    columns: integer(
      'fortran_0_0',
      'fortran_0_1',
      'fortran_1_0',
      'fortran_1_1',
      'fortran_2_0',
      'fortran_2_1',
    ),
    fileColumn: null,
    labelColumn: null,
  },
  rows: [
    [0, 1, 2, 3, 4, 5],
    [6, 7, 8, 9, 10, 11],
  ],
});
dataFormatConformance({
  name: 'npz',
  of: 'every type',
  files: fixture('numpy', only('types.npz')),
  expected: {
    rows: 3,
    columns: [
      ...number('half'),
      ...integer('big', 'long'),
      ...number('huge'),
      { name: 'flag', type: 'boolean' },
      ...text('name', 'code'),
      { name: 'day', type: 'time' },
      { name: 'moment', type: 'time' },
    ],
    fileColumn: null,
    labelColumn: null,
  },
  rows: [
    [
      0.5,
      1,
      '4611686018427387904',
      2 ** 63,
      true,
      'é',
      'ab',
      '2024-02-29T00:00:00.000Z',
      '2024-01-01T00:00:00.000Z',
    ],
    [-2, -2, -1, 1, false, '', 'c', '1969-12-31T00:00:00.000Z', null],
    [null, 3, 0, 0, true, '日本', '', null, '1970-01-01T00:00:00.000Z'],
  ],
});
dataFormatConformance({
  name: 'npz',
  of: 'train and test',
  files: fixture('numpy', only('splits.npz')),
  expected: {
    rows: 6,
    columns: [...text('split'), ...integer('x_0', 'x_1', 'y')],
    fileColumn: null,
    labelColumn: 'y',
  },
  rows: [
    ['train', 0, 1, 0],
    ['train', 2, 3, 1],
    ['train', 4, 5, 0],
    ['train', 6, 7, 1],
    ['test', 100, 101, 1],
    ['test', 102, 103, 1],
  ],
});

const arrowTable = {
  expected: {
    rows: 3,
    columns: [
      ...integer('id', 'small'),
      ...number('score', 'half'),
      { name: 'ok', type: 'boolean' as const },
      ...text('name'),
      { name: 'at', type: 'time' as const },
      { name: 'day', type: 'time' as const },
      ...number('price'),
      ...text('tags'),
    ],
    fileColumn: null,
    labelColumn: null,
  },
  rows: [
    [1, 1, 0.5, 1.5, true, 'a', '2024-01-01T00:00:00.000Z', '2024-02-29T00:00:00.000Z', null, '["x"]'],
    [2, 2, null, 2.5, false, 'b', null, '1970-01-01T00:00:00.000Z', 1.25, '[]'],
    [null, 3, 2.5, 3.5, null, 'a', '1970-01-01T00:00:00.000Z', null, -3.1, null],
  ],
};
for (const file of ['uncompressed.feather', 'lz4.feather', 'zstd.feather', 'stream.arrows']) {
  dataFormatConformance({ name: 'arrow', of: file, files: fixture('arrow', only(file)), ...arrowTable });
}
dataFormatConformance({
  name: 'arrow',
  of: 'long columns in LZ4',
  files: fixture('arrow', only('long.feather')),
  expected: { rows: 20_000, columns: [...integer('n'), ...text('t')], fileColumn: null, labelColumn: null },
  rows: Array.from({ length: 500 }, (_, index) => [index % 97, `row ${index % 13}`]),
});
/** Every type in one batch that is larger than what is read at a time. */
const largeBatch = {
  expected: {
    rows: 45,
    columns: [
      ...integer('row'),
      { name: 'flag', type: 'boolean' as const },
      ...integer('int16', 'uint8', 'int64'),
      ...number('uint64', 'half', 'float', 'double'),
      ...text('text', 'large_text', 'view'),
      { name: 'day', type: 'time' as const },
      { name: 'date', type: 'time' as const },
      { name: 'at', type: 'time' as const },
      { name: 'nanos', type: 'time' as const },
      ...text('time'),
      ...number('price', 'long_price'),
      ...text('class', 'list', 'large_list', 'flags', 'names', 'fixed', 'record', 'map', 'nothing'),
      ...text('pad', 'pad_view'),
    ],
    fileColumn: null,
    labelColumn: null,
  },
  rows: [
    [
      ...[0, false, 100, 100, -400, 100, -100, -100, -50, 'word 0', 'word 0', 'word 0'],
      ...['1970-04-11T00:00:00.000Z', '1970-04-11T00:00:00.000Z'],
      ...['2023-12-31T23:53:20.000Z', '2023-12-31T23:53:20.000Z', '100', -400.25, -400.5, 'word 0'],
      ...['[]', '[]', '[]', '[]', '[-400,null,-399]', '{"a":-400,"b":"word 0","c":[]}', '{}', null],
      ...['a'.repeat(1_800_000), 'a'.repeat(40_000)],
    ],
    [
      ...[1, ...Array<null>(8).fill(null), 'word 1é', 'word 1é', 'word 1éword 1é'],
      ...[...Array<null>(7).fill(null), 'word 1é', '[1]', '[1]', '[false]', '["n1"]', null],
      ...['{"a":null,"b":"word 1é","c":[1]}', null, null, 'b'.repeat(1_800_000), 'b'.repeat(40_000)],
    ],
  ],
};
dataFormatConformance({
  name: 'arrow',
  of: 'one large batch',
  files: () => {
    const folder = fs.mkdtempSync(path.join(made, 'files-'));
    const packed = fs.readFileSync(path.join(fixtures, 'arrow-large/one-batch.arrow.zst'));
    fs.writeFileSync(path.join(folder, 'one-batch.arrow'), zstdDecompressSync(packed));
    return filesIn(folder);
  },
  ...largeBatch,
});
for (const file of ['one-batch-lz4.arrow', 'one-batch-zstd.arrow']) {
  dataFormatConformance({
    name: 'arrow',
    of: file,
    files: fixture('arrow-large', only(file)),
    ...largeBatch,
  });
}
dataFormatConformance({
  name: 'hdf5',
  files: fixture('hdf5', only('splits.h5')),
  expected: {
    rows: 4,
    columns: [...text('split'), ...number('x_0', 'x_1'), ...integer('y')],
    fileColumn: null,
    labelColumn: 'y',
  },
  rows: [
    ['test', 9, 10, 7],
    ['train', 0, 1, 2],
    ['train', 2, 3, 1],
    ['train', 4, 5, 0],
  ],
});
dataFormatConformance({
  name: 'hdf5',
  of: 'every type',
  files: fixture('hdf5', only('types.h5')),
  expected: {
    rows: 2,
    columns: [
      ...integer('byte'),
      ...text('fixed'),
      { name: 'flag', type: 'boolean' },
      ...number('half'),
      ...text('text'),
    ],
    fileColumn: null,
    labelColumn: null,
  },
  rows: [
    [1, 'ab', true, 0.5, 'é'],
    [255, 'c', false, 1.5, '日本'],
  ],
});
dataFormatConformance({
  name: 'hdf5',
  of: 'records',
  files: fixture('hdf5', only('records.h5')),
  expected: {
    rows: 3,
    columns: [
      ...integer('id'),
      ...number('score', 'half'),
      ...text('name'),
      { name: 'ok', type: 'boolean' },
      ...integer('at_0', 'at_1'),
    ],
    fileColumn: null,
    labelColumn: null,
  },
  rows: [
    [1, 0.5, 1.5, 'ab', true, 1, 2],
    [-2, 1.5, -2, 'c', false, 3, 4],
    [3, null, 0, '', true, 5, 6],
  ],
});
dataFormatConformance({
  name: 'images',
  files: fixture('images'),
  expected: {
    rows: 7,
    columns: [
      ...text('file', 'label'),
      ...integer('width', 'height'),
      ...text('format'),
      ...integer('bytes'),
    ],
    fileColumn: 'file',
    labelColumn: 'label',
  },
  rows: [
    ['cat/a.png', 'cat', 7, 5, 'png', 77],
    ['cat/b.jpg', 'cat', 8, 6, 'jpeg', 633],
    ['dog/c.gif', 'dog', 9, 7, 'gif', 54],
    ['dog/d.webp', 'dog', 10, 8, 'webp', 60],
    ['dog/e.bmp', 'dog', 11, 9, 'bmp', 378],
    ['dog/exif.jpg', 'dog', 33, 21, 'jpeg', 60_689],
    ['dog/lossless.webp', 'dog', 9, 4, 'webp', 34],
  ],
});
dataFormatConformance({
  name: 'coco',
  files: fixture('coco'),
  damage: (name) => name.endsWith('.json'),
  expected: {
    rows: 4,
    columns: [
      ...text('file', 'split', 'category'),
      ...number('x', 'y', 'width', 'height', 'area'),
      { name: 'crowd', type: 'boolean' },
      ...integer('image_width', 'image_height'),
      ...text('image_id', 'annotation_id'),
    ],
    fileColumn: 'file',
    labelColumn: 'category',
  },
  rows: [
    ['train2017/one.jpg', 'train', 'cat', 1, 2, 3.5, 4, 14, false, 20, 10, '10', '1'],
    ['train2017/two.jpg', 'train', 'dog \\ "big"', 0, 0, 2, 2, 4, true, 20, 10, '11', '2'],
    ['train2017/one.jpg', 'train', 'dog \\ "big"', 5, 5, 1, 1, null, null, 20, 10, '10', '3'],
    ['train2017/three.jpg', 'train', null, null, null, null, null, null, null, 20, 10, '12', null],
  ],
});
dataFormatConformance({
  name: 'yolo',
  files: fixture('yolo'),
  damage: (name) => !name.endsWith('.jpg'),
  expected: {
    rows: 4,
    columns: [
      ...text('file', 'split', 'label'),
      ...integer('class'),
      ...number('x_center', 'y_center', 'width', 'height'),
    ],
    fileColumn: 'file',
    labelColumn: 'label',
  },
  rows: [
    ['train/images/one.jpg', 'train', 'cat', 0, 0.5, 0.5, 0.25, 0.1],
    [
      'train/images/one.jpg',
      'train',
      'dog',
      1,
      0.2,
      0.4,
      expect.closeTo(0.2, 12) as unknown as number,
      expect.closeTo(0.4, 12) as unknown as number,
    ],
    ['train/images/two.jpg', 'train', null, null, null, null, null, null],
    ['valid/images/three.jpg', 'validation', 'dog', 1, 0.25, 0.75, 0.5, 0.5],
  ],
});
/** A table of the shards, which are called so. */
const shards = (first: string, second: string) => ({
  expected: {
    rows: 3,
    columns: [
      ...text('shard', 'key'),
      ...integer('jpg_offset', 'jpg_bytes', 'cls'),
      ...text('txt', 'json'),
      ...integer('seg.png_offset', 'seg.png_bytes'),
    ],
    fileColumn: null,
    labelColumn: 'cls',
  },
  rows: [
    [first, '0001', 512, 9, 3, 'é', null, null, null],
    [
      first,
      `${'a/'.repeat(60)}0002`,
      expect.any(Number) as unknown as number,
      700,
      4,
      null,
      null,
      null,
      null,
    ],
    [second, '0003', null, null, 5, null, '{"a": 1}', 2560, 3],
  ],
});
dataFormatConformance({
  name: 'webdataset',
  files: fixture('webdataset'),
  ...shards('shard-0.tar', 'shard-1.tar'),
});
const packed = (pack: (bytes: Buffer) => Buffer, ending: string) => () => {
  const folder = fs.mkdtempSync(path.join(made, 'shards-'));
  for (const { path: from, name } of filesIn(path.join(fixtures, 'webdataset'))) {
    fs.writeFileSync(path.join(folder, name.replace('.tar', ending)), pack(fs.readFileSync(from)));
  }
  return filesIn(folder);
};
dataFormatConformance({
  name: 'webdataset',
  of: 'gzip',
  files: packed(gzipSync, '.tar.gz'),
  ...shards('shard-0.tar.gz', 'shard-1.tar.gz'),
});
dataFormatConformance({
  name: 'webdataset',
  of: 'gzip, short name',
  files: packed(gzipSync, '.tgz'),
  ...shards('shard-0.tgz', 'shard-1.tgz'),
});
dataFormatConformance({
  name: 'webdataset',
  of: 'Zstandard',
  files: packed(zstdCompressSync, '.tar.zst'),
  ...shards('shard-0.tar.zst', 'shard-1.tar.zst'),
});
dataFormatConformance({
  name: 'croissant',
  files: written({
    'croissant.json': JSON.stringify({
      '@context': { cr: 'http://mlcommons.org/croissant/' },
      distribution: [{ '@type': 'cr:FileObject', '@id': 'rows', contentUrl: 'rows.csv' }],
      recordSet: [
        {
          '@type': 'cr:RecordSet',
          field: [
            {
              name: 'kind',
              dataType: ['sc:Text', 'cr:Label'],
              source: { fileObject: { '@id': 'rows' }, extract: { column: 'y' } },
            },
            {
              name: 'length',
              dataType: 'sc:Float',
              source: { fileObject: { '@id': 'rows' }, extract: { column: 'x' } },
            },
          ],
        },
      ],
    }),
    'rows.csv': 'x,unused,y\n1.5,0,a\n2.5,0,b\n',
  }),
  expected: {
    rows: 2,
    columns: [...text('kind'), ...number('length')],
    fileColumn: null,
    labelColumn: 'kind',
  },
  rows: [
    ['a', 1.5],
    ['b', 2.5],
  ],
});

/** The first header of an archive, which promises a member of so many bytes. */
function headOf(tar: Buffer, sizeBytes: number): Buffer {
  const head = Buffer.from(tar.subarray(0, 512));
  head.write(`${sizeBytes.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  head.fill(' ', 148, 156);
  const sum = head.reduce((total, byte) => total + byte, 0);
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return head;
}

describe('files made to do harm', { timeout: 60_000 }, () => {
  const tables = createTables();
  const formats = createFormats({ tables });
  afterAll(async () => {
    await formats.close();
    await tables.close();
  });
  const tabulate = (name: string, file: string) =>
    formats.formats
      .find((format) => format.name === name)!
      .tabulate(
        [{ path: path.resolve(fixtures, file), name: file, sizeBytes: 0 }],
        path.join(made, 'harm.parquet'),
        {},
      );

  it('never loads Python objects from an array', async () => {
    await expect(tabulate('npy', 'numpy-bad/objects.npy')).rejects.toMatchObject({
      code: 'DATA_MALFORMED',
      message: expect.stringContaining('Python objects'),
    });
  });

  it('does not unpack an archive to far more than it is', async () => {
    const bomb = path.join(made, 'bomb.tar.zst');
    // A member of zeros: a Zstandard of it is ten thousand times smaller.
    const tar = fs.readFileSync(path.join(fixtures, 'webdataset/shard-1.tar'));
    const zeros = zstdCompressSync(Buffer.alloc(64 * 1024 * 1024));
    fs.writeFileSync(bomb, Buffer.concat([zstdCompressSync(headOf(tar, 2 ** 32)), ...Array(64).fill(zeros)]));
    await expect(tabulate('webdataset', bomb)).rejects.toMatchObject({
      code: 'DATA_MALFORMED',
      message: expect.stringContaining('more than the archive can hold'),
    });
  });

  it('names what an HDF5 file holds that is no table, and the cure', async () => {
    await expect(tabulate('hdf5', 'hdf5-bad/nested.h5')).rejects.toMatchObject({
      code: 'DATA_MALFORMED',
      message: expect.stringMatching(/nested\.h5\/table.*member "inner"/),
      nextStep: expect.stringContaining('data sets of numbers or texts'),
    });
  });

  it('names version 1 of Feather, and how to write the file again', async () => {
    const old = path.join(made, 'old.feather');
    fs.writeFileSync(old, Buffer.concat([Buffer.from('FEA1'), Buffer.alloc(60), Buffer.from('FEA1')]));
    await expect(tabulate('arrow', old)).rejects.toMatchObject({
      code: 'DATA_MALFORMED',
      message: expect.stringContaining('version 1 of Feather'),
      nextStep: expect.stringContaining('pyarrow.feather.write_feather'),
    });
  });

  it('does not let an HDF5 file reach other files of the machine', async () => {
    await expect(tabulate('hdf5', 'hdf5-bad/outside.h5')).rejects.toMatchObject({ code: 'DATA_MALFORMED' });
  });
});
