import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { zstdDecompressSync } from 'node:zlib';
import { Field, Message, Schema, Utf8 } from 'apache-arrow';
import { BufferRegion, FieldNode, RecordBatch } from 'apache-arrow/ipc/metadata/message';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withFile } from '../files/file-bytes.ts';
import { arrowFormat } from './arrow.format.ts';
import { arrowMessages } from './arrow-messages.ts';

const fixtures = fileURLToPath(new URL('../../../test/fixtures/data-formats/arrow-large', import.meta.url));
const MEBIBYTE = 1024 * 1024;
const PREFIX_BYTES = 8;
/** Of the batches that are made here: texts stand behind their offsets. */
const OFFSETS_ROOM = 512;

/** Forty-five rows of every type in 38 MiB, written as one batch and as batches of seven rows. */
describe('batches that are larger than what is read at a time', { timeout: 120_000 }, () => {
  let folder: string;
  const at = (name: string) => path.join(folder, name);
  const fixture = (name: string) => fs.readFileSync(path.join(fixtures, name));
  const formatFile = (name: string) => ({ path: at(name), name, sizeBytes: fs.statSync(at(name)).size });

  beforeAll(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-arrow-'));
    for (const name of ['one-batch.arrow', 'many-batches.arrow'])
      fs.writeFileSync(at(name), zstdDecompressSync(fixture(`${name}.zst`)));
    for (const name of ['one-batch-lz4.arrow', 'one-batch-zstd.arrow'])
      fs.writeFileSync(at(name), fixture(name));
  });
  afterAll(() => fs.rmSync(folder, { recursive: true }));

  async function tableOf(name: string): Promise<Buffer> {
    await arrowFormat.tabulate([formatFile(name)], at('table.parquet'), {});
    const table = fs.readFileSync(at('table.parquet'));
    fs.rmSync(at('table.parquet'));
    return table;
  }

  async function faultOf(name: string): Promise<{ code: string; message: string; nextStep: string }> {
    return arrowFormat.tabulate([formatFile(name)], at('table.parquet'), {}).then(
      () => expect.fail('it was read'),
      (error) => error,
    );
  }

  /** A stream of one batch of texts, as its metadata has it. */
  function streamOf(rows: number, nodeRows: number, offsets: Int32Array, textBytes: number): Buffer {
    const schema = new Schema([new Field('text', new Utf8(), true)]);
    const buffers = [
      new BufferRegion(0, 0),
      new BufferRegion(0, offsets.byteLength),
      new BufferRegion(OFFSETS_ROOM, textBytes),
    ];
    const batch = new RecordBatch(rows, [new FieldNode(nodeRows, 0)], buffers, null);
    const messages = [Message.from(schema), Message.from(batch, OFFSETS_ROOM + textBytes)].map((message) => {
      const metadata = Message.encode(message);
      const head = Buffer.alloc(PREFIX_BYTES + metadata.length);
      head.writeUInt32LE(0xffffffff);
      head.writeInt32LE(metadata.length, 4);
      head.set(metadata, PREFIX_BYTES);
      return head;
    });
    const start = Buffer.alloc(OFFSETS_ROOM);
    start.set(Buffer.from(offsets.buffer));
    return Buffer.concat([...messages, start]);
  }

  /** The texts are a hole in the file. */
  function writeStream(name: string, head: Buffer, textBytes: number): void {
    fs.writeFileSync(at(name), head);
    fs.truncateSync(at(name), head.length + textBytes);
  }

  it.each(['one-batch.arrow', 'one-batch-lz4.arrow', 'one-batch-zstd.arrow'])(
    'gives the same table of %s as of batches that are small',
    async (name) => {
      const expected = await tableOf('many-batches.arrow');
      expect((await tableOf(name)).equals(expected)).toBe(true);
      expect(fs.readdirSync(folder)).not.toContain('table.parquet.batch.part');
    },
  );

  it.each(['one-batch.arrow', 'one-batch-lz4.arrow', 'one-batch-zstd.arrow'])(
    'reads %s in pieces of some megabytes',
    async (name) => {
      const sizes: number[] = [];
      await withFile(formatFile(name), async (bytes) => {
        for await (const piece of arrowMessages(bytes, at('scratch'))) sizes.push(piece.length);
      });
      expect(sizes.filter((size) => size > MEBIBYTE).length).toBeGreaterThan(1);
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBeGreaterThan(32 * MEBIBYTE);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(32 * MEBIBYTE);
    },
  );

  it('takes fewer rows at a time where they are long', async () => {
    // Thirty-two rows of nothing, then as many of two megabytes.
    const offsets = Int32Array.from({ length: 65 }, (_, row) => Math.max(0, row - 32) * 2 * MEBIBYTE);
    writeStream('uneven.arrows', streamOf(64, 64, offsets, 64 * MEBIBYTE), 64 * MEBIBYTE);
    const sizes: number[] = [];
    await withFile(formatFile('uneven.arrows'), async (bytes) => {
      for await (const piece of arrowMessages(bytes, at('scratch'))) sizes.push(piece.length);
    });
    expect(Math.max(...sizes)).toBeLessThanOrEqual(32 * MEBIBYTE);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeGreaterThan(64 * MEBIBYTE);
  });

  it('leaves no unpacked batch when it is left early', async () => {
    await withFile(formatFile('one-batch-zstd.arrow'), async (bytes) => {
      let unpacked = false;
      for await (const piece of arrowMessages(bytes, at('scratch'))) {
        unpacked = fs.existsSync(at('scratch'));
        if (piece.length > MEBIBYTE) break;
      }
      expect(unpacked).toBe(true);
      expect(fs.existsSync(at('scratch'))).toBe(false);
    });
  });

  it('refuses a compressed batch that unpacks to more than may be, and names the batch and the cure', async () => {
    const bytes = fixture('one-batch-lz4.arrow');
    const frame = bytes.lastIndexOf(Buffer.from([0x04, 0x22, 0x4d, 0x18]));
    bytes.writeBigInt64LE(17n * 1024n ** 3n, frame - PREFIX_BYTES);
    fs.writeFileSync(at('bomb.arrow'), bytes);
    const fault = await faultOf('bomb.arrow');
    expect(fault).toMatchObject({ code: 'DATA_MALFORMED' });
    expect(fault.message).toMatch(/bomb\.arrow.*batch 1 unpacks to 1829\d+ bytes/);
    expect(fault.nextStep).toContain('max_chunksize=65536');
  });

  it('names a compressed buffer that unpacks to another length than it says', async () => {
    const bytes = fixture('one-batch-zstd.arrow');
    const frame = bytes.lastIndexOf(Buffer.from([0x28, 0xb5, 0x2f, 0xfd]));
    const said = bytes.readBigInt64LE(frame - PREFIX_BYTES);
    for (const wrong of [said + 8n, said - 8n]) {
      bytes.writeBigInt64LE(wrong, frame - PREFIX_BYTES);
      fs.writeFileSync(at('liar.arrow'), bytes);
      expect(await faultOf('liar.arrow')).toMatchObject({
        code: 'DATA_MALFORMED',
        message: expect.stringContaining('another length than it says'),
      });
    }
    expect(fs.readdirSync(folder)).not.toContain('table.parquet.batch.part');
  });

  it('refuses a row that is larger than may be, before it reads it', async () => {
    const textBytes = 300 * MEBIBYTE;
    writeStream('long.arrows', streamOf(2, 2, Int32Array.of(0, 5, textBytes), textBytes), textBytes);
    const fault = await faultOf('long.arrows');
    expect(fault).toMatchObject({ code: 'DATA_MALFORMED' });
    expect(fault.message).toMatch(/long\.arrows.*batch 1 holds 3145\d+ bytes in its row 2/);
  });

  it.each([
    ['rows', 2, 3, [0, 5, 20]],
    ['rows', 3, 2, [0, 5, 20, 30]],
    ['bytes', 2, 2, [0, 5, 900]],
    ['bytes', 2, 2, [0, 5, 3]],
    ['bytes', 2, 2, [0, -5, 20]],
  ])(
    'names a batch that holds fewer %s than it promises (%i, %i, %j)',
    async (what, rows, nodeRows, parts) => {
      const offsets = Int32Array.from(parts, (part) => part * MEBIBYTE);
      const textBytes = 20 * MEBIBYTE;
      writeStream('wrong.arrows', streamOf(rows, nodeRows, offsets, textBytes), textBytes);
      const fault = await faultOf('wrong.arrows');
      expect(fault).toMatchObject({ code: 'DATA_MALFORMED' });
      expect(fault.message).toContain(`fewer ${what} than`);
    },
  );
});
