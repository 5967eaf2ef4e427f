import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runLogs } from '../../../test/support/run-logs/fixtures.ts';
import { tensorBoardWriter } from '../../../test/support/run-logs/tensorboard-writer.ts';
import { TransferBench } from '../../../test/support/transfer-bench.ts';
import { WireReader } from '../protobuf/wire-reader.ts';
import { WireWriter } from '../protobuf/wire-writer.ts';
import { crc32c, maskedCrc } from './masked-crc.ts';
import { frameRecord, LONGEST_RECORD_BYTES } from './record-file.ts';
import { readTensor } from './tensor.ts';

let bench: TransferBench;
beforeEach(() => {
  bench = new TransferBench();
});
afterEach(() => bench.close());

const valuesOf = (run: string, key: string) =>
  bench.points(bench.run(run).id, key).map(({ step, value }) => [step, value]);

describe('checksums of records', () => {
  it('are those of RFC 3720', () => {
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, index) => index))).toBe(0x46dd794e);
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  });

  it('are turned and shifted as TFRecord wants them', () => {
    // The length 24 of the first record of any event file, and what stands behind it.
    const file = fs.readFileSync(path.join(runLogs('tensorboard/tensors'), eventFile('tensorboard/tensors')));
    expect(maskedCrc(file.subarray(0, 8))).toBe(file.readUInt32LE(8));
  });
});

const eventFile = (folder: string) =>
  fs.readdirSync(runLogs(folder)).find((name) => name.includes('tfevents'))!;

describe('event files that tensorboardX wrote', () => {
  beforeEach(async () => {
    expect(await bench.import(runLogs('tensorboard'))).toMatchObject({ newRuns: 2, points: 25, skipped: [] });
  });

  it('become a run with scalars and their times', () => {
    const points = bench.points(bench.run('simple').id, 'train/loss');
    expect(points.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(points.map(({ timeMs }) => timeMs)).toEqual(
      points.map(({ step }) => 1_700_000_000_000 + step * 1000),
    );
    expect(points[1]!.value).toBe(0.5);
    expect(valuesOf('simple', 'odd')).toEqual([
      [0, 'NaN'],
      [1, 'Infinity'],
      [2, '-Infinity'],
    ]);
  });

  it('take hyper-parameters and their metrics from the folder that add_hparams makes', () => {
    expect(bench.run('simple').params).toEqual({ lr: 0.1, layers: 3, bias: true, kind: 'mlp' });
    expect(valuesOf('simple', 'hparam/accuracy')).toEqual([[0, Math.fround(0.9)]]);
  });

  it('bring pictures, texts and histograms as artifacts', async () => {
    const { artifacts } = bench.run('simple');
    expect(artifacts.map(({ path: name, kind, key, step }) => ({ name, kind, key, step }))).toEqual([
      { name: 'histograms/weights.jsonl', kind: 'table', key: 'weights', step: null },
      { name: 'images/samples/3.png', kind: 'image', key: 'samples', step: 3 },
      { name: 'text/note/text_summary/0.md', kind: 'file', key: 'note/text_summary', step: 0 },
    ]);
    expect((await bench.bytes('simple', 'text/note/text_summary/0.md')).toString()).toBe('a **bold** word');
    expect((await bench.bytes('simple', 'images/samples/3.png')).toString('latin1', 1, 4)).toBe('PNG');
    const histogram = JSON.parse((await bench.bytes('simple', 'histograms/weights.jsonl')).toString());
    expect(histogram.step).toBe(3);
    const counts = histogram.buckets.map((bucket: number[]) => bucket[2]);
    expect(counts.reduce((sum: number, count: number) => sum + count, 0)).toBe(10);
  });
});

describe('event files with everything as tensors', () => {
  it('give the same kinds of things', async () => {
    await bench.import(runLogs('tensorboard'));
    expect(valuesOf('tensors', 'loss')).toEqual(Array.from({ length: 10 }, (_, step) => [step, 0.5 ** step]));
    expect(bench.run('tensors').params).toEqual({ lr: 0.01, units: 16 });
    expect(bench.run('tensors').artifacts.map((each) => each.path)).toEqual([
      'histograms/weights.jsonl',
      'images/samples/4.png',
      'text/note/1.md',
    ]);
    expect((await bench.bytes('tensors', 'text/note/1.md')).toString()).toBe('in a tensor');
    const { buckets } = JSON.parse((await bench.bytes('tensors', 'histograms/weights.jsonl')).toString());
    expect(buckets).toEqual([
      [0, 2.25, 3],
      [2.25, 4.5, 2],
      [4.5, 6.75, 2],
      [6.75, 9, 3],
    ]);
  });

  it('are read in every type of number', () => {
    const tensor = (type: number, content: Uint8Array) =>
      readTensor(new WireReader(new WireWriter().integer(1, type).bytes(4, content).finish())).numbers;
    expect(tensor(1, Buffer.from(new Float32Array([0.5, -2]).buffer))).toEqual([0.5, -2]);
    expect(tensor(2, Buffer.from(new Float64Array([0.1]).buffer))).toEqual([0.1]);
    expect(tensor(3, Buffer.from(new Int32Array([-7]).buffer))).toEqual([-7]);
    expect(tensor(9, Buffer.from(new BigInt64Array([-9n]).buffer))).toEqual([-9]);
    expect(tensor(10, Buffer.of(1, 0))).toEqual([1, 0]);
    expect(tensor(14, Buffer.of(0x80, 0x3f))).toEqual([1]);
    expect(tensor(19, Buffer.of(0x00, 0x3c, 0x01, 0x00, 0x00, 0xfc))).toEqual([
      1,
      2 ** -24,
      Number.NEGATIVE_INFINITY,
    ]);
    const halves = new WireWriter().integer(1, 19).integer(13, 0xc000).finish();
    expect(readTensor(new WireReader(halves)).numbers).toEqual([-2]);
  });
});

describe('an event file that grows', () => {
  /** A value whose kind only the first of its tag tells. */
  const note = (text: string, first: boolean) => {
    const value = new WireWriter().text(1, 'note');
    if (first) value.message(9, new WireWriter().message(1, new WireWriter().text(1, 'text')));
    value.message(8, new WireWriter().integer(1, 7).bytes(8, Buffer.from(text)));
    const step = first ? 0 : 1;
    const event = new WireWriter()
      .double(1, 1)
      .integer(2, step)
      .message(5, new WireWriter().message(1, value));
    return frameRecord(event.finish());
  };

  it('keeps the kind of its tags from one reading to the next', async () => {
    const { source, file } = tensorBoardWriter(bench.place('logs'));
    fs.appendFileSync(file, note('first', true));
    await bench.import(source);
    fs.appendFileSync(file, note('second', false));
    await bench.import(source);
    expect((await bench.bytes('logs', 'text/note/1.md')).toString()).toBe('second');
  });

  it('adds to the lines of its histograms, and has each once however it is read', async () => {
    const source = bench.place('logs');
    fs.cpSync(runLogs('tensorboard/simple'), source, { recursive: true });
    const file = path.join(source, eventFile('tensorboard/simple'));
    const whole = fs.readFileSync(file);
    await bench.import(source);
    const before = bench.contents();
    const lines = async () =>
      (await bench.bytes('logs', 'histograms/weights.jsonl')).toString().split('\n').length - 1;
    expect(await lines()).toBe(1);
    bench.core.database.exec('DELETE FROM run_source_positions');
    await bench.import(source);
    expect(bench.contents()).toEqual(before);
    // The same records once more behind the first: another histogram at the same step.
    const header = 12 + Number(whole.readBigUInt64LE(0)) + 4;
    fs.appendFileSync(file, whole.subarray(header));
    await bench.import(source);
    expect(await lines()).toBe(2);
  });
});

describe('sounds and graphs', () => {
  const wave = (name: string) => Buffer.from(`RIFF${name}`);
  const event = (step: number) => new WireWriter().double(1, 1_700_000_000).integer(2, step);
  const summary = (value: WireWriter) => new WireWriter().message(1, value);

  it('are kept as files, in the old form and as tensors; the last graph counts', async () => {
    const { source, file } = tensorBoardWriter(bench.place('logs'));
    const old = new WireWriter().text(1, 'voice/a').message(6, new WireWriter().bytes(4, wave('old')));
    const metadata = new WireWriter().message(1, new WireWriter().text(1, 'audio'));
    const strings = new WireWriter().integer(1, 7);
    for (const each of [wave('one'), Buffer.from('a label'), wave('two')]) strings.bytes(8, each);
    const tensor = new WireWriter().text(1, 'song').message(8, strings).message(9, metadata);
    const other = new WireWriter().text(1, 'song').message(6, new WireWriter().bytes(4, Buffer.from('OggS')));
    for (const each of [
      event(0).bytes(4, Buffer.from('first graph')),
      event(3).message(5, summary(old)),
      event(4).message(5, summary(tensor)),
      event(5).message(5, summary(other)),
      event(6).bytes(4, Buffer.from('second graph')),
      event(7).bytes(4, Buffer.alloc(0)),
    ])
      fs.appendFileSync(file, frameRecord(each.finish()));
    expect((await bench.import(source)).notes).toEqual([
      expect.stringContaining('1 sounds that are no WAV were left out'),
    ]);
    const { artifacts } = bench.run('logs');
    expect(artifacts.map(({ path: name, key, step }) => [name, key, step]).sort()).toEqual([
      ['audio/song/4-0.wav', 'song', 4],
      ['audio/song/4-1.wav', 'song', 4],
      ['audio/voice/a/3.wav', 'voice/a', 3],
      ['graph.pb', null, null],
    ]);
    expect((await bench.bytes('logs', 'audio/song/4-1.wav')).toString()).toBe('RIFFtwo');
    expect((await bench.bytes('logs', 'graph.pb')).toString()).toBe('second graph');
  });
});

describe('an event file that was hurt', () => {
  it('is read up to a damaged length, and the place is named', async () => {
    const { source, file, log } = tensorBoardWriter(bench.place('logs'));
    log({ key: 'loss', step: 0, value: 1 });
    const { size } = fs.statSync(file);
    log({ key: 'loss', step: 1, value: 1 });
    const descriptor = fs.openSync(file, 'r+');
    fs.writeSync(descriptor, Buffer.of(0xff), 0, 1, size);
    fs.closeSync(descriptor);
    const { points, notes } = await bench.import(source);
    expect(points).toBe(1);
    expect(notes).toEqual([expect.stringContaining(`damaged from byte ${size} on`)]);
  });

  it('loses only the record whose payload changed', async () => {
    const { source, file, log } = tensorBoardWriter(bench.place('logs'));
    log({ key: 'loss', step: 0, value: 1 });
    const { size } = fs.statSync(file);
    log({ key: 'loss', step: 1, value: 1 }, { key: 'loss', step: 2, value: 1 });
    const descriptor = fs.openSync(file, 'r+');
    fs.writeSync(descriptor, Buffer.of(0xff), 0, 1, size + 20);
    fs.closeSync(descriptor);
    const { notes } = await bench.import(source);
    expect(valuesOf('logs', 'loss').map(([step]) => step)).toEqual([0, 2]);
    expect(notes).toHaveLength(1);
  });

  it('has a record that is too large passed over, whole as it may be', async () => {
    const { source, file, log } = tensorBoardWriter(bench.place('logs'));
    const value = new WireWriter()
      .text(1, 'hidden')
      .message(8, new WireWriter().integer(1, 1).bytes(4, Buffer.alloc(4)));
    const event = new WireWriter().message(5, new WireWriter().message(1, value));
    event.bytes(15, Buffer.alloc(LONGEST_RECORD_BYTES));
    fs.appendFileSync(file, frameRecord(event.finish()));
    log({ key: 'loss', step: 1, value: 0.25 });
    const { notes } = await bench.import(source);
    expect(valuesOf('logs', 'loss')).toEqual([[1, 0.25]]);
    expect(notes).toEqual([expect.stringContaining('passed over')]);
    expect(Object.keys(bench.run('logs').metrics)).toEqual(['loss']);
  });
});

describe('folders of event files', () => {
  it('are a run each, but for those that add_hparams makes', async () => {
    for (const name of ['', 'train', 'validation', '1700000001.25', '1700000002.5'])
      tensorBoardWriter(bench.place(path.join('logs', name))).log({
        key: `of ${name || 'root'}`,
        step: 0,
        value: 1,
      });
    // The writers' first files would be equal: each begins at another time.
    let time = 1;
    for (const name of ['', 'train', 'validation', '1700000001.25', '1700000002.5']) {
      const folder = bench.place(path.join('logs', name));
      const [file] = fs.readdirSync(folder).filter((each) => each.includes('tfevents'));
      fs.renameSync(
        path.join(folder, file!),
        path.join(folder, `events.out.tfevents.170000000${time++}.machine`),
      );
    }
    await bench.import(bench.place('logs'));
    expect(Object.keys(bench.contents())).toEqual(['1700000002.5', 'logs', 'train', 'validation']);
    expect(Object.keys(bench.run('logs').metrics)).toEqual(['of 1700000001.25', 'of root']);
  });

  it('go into the experiment that is asked for', async () => {
    await bench.import(runLogs('tensorboard'), { experiment: 'mine' });
    expect(bench.run('simple').experimentName).toBe('mine');
  });
});
