import fs from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LogPoint, LogWriter } from '../support/run-logs/log-writer.ts';
import { TransferBench } from '../support/transfer-bench.ts';

export interface ImporterSubject {
  readonly name: string;
  /** The keys that the suite logs are named first, for formats that write them at the top. */
  write(folder: string, keys: readonly string[]): LogWriter;
  /** Whether the source is known wherever it lies. */
  readonly movable: boolean;
  /** Cut the source so that it is shorter than it was when it was read; null where that cannot be. */
  readonly shorten: ((writer: LogWriter) => void) | null;
  /** Sources made to do harm, by what they try; each gives the path to import. */
  readonly hostile: Readonly<Record<string, (folder: string, secret: string) => string>>;
}

const SECRET = 'this text is outside of the imported folder';

const everything = { conditions: [], order: [], limit: 100, offset: 0 };
const keys = ['loss', 'größe/µ 🙂', 'odd'];
const losses = (from: number, to: number): LogPoint[] =>
  Array.from({ length: to - from }, (_, index) => ({
    key: 'loss',
    step: from + index,
    value: 1 / (from + index + 1),
  }));

/** What every importer of runs keeps to. The sources are written by the test, in the tool's own form. */
export function runImporterConformance(subject: ImporterSubject): void {
  describe(`the importer of ${subject.name}`, () => {
    let bench: TransferBench;
    let writer: LogWriter;

    beforeEach(() => {
      bench = new TransferBench();
      writer = subject.write(bench.place('source'), keys);
    });
    afterEach(async () => {
      writer.close();
      await bench.close();
    });

    /** Points of the only run by key, in the order they were recorded. */
    const taken = () => {
      const [run, ...others] = Object.values(bench.contents());
      expect(others).toEqual([]);
      return (run?.points ?? []).map(({ key, step, value }) => ({ key, step, value }));
    };
    const stepsOf = (key: string) => taken().flatMap((point) => (point.key === key ? [point.step] : []));

    it('takes every point, with odd numbers, odd names and steps beyond 32 bits', async () => {
      writer.log(...losses(0, 3));
      writer.log({ key: 'größe/µ 🙂', step: 2 ** 40, value: -1.5e-300 });
      writer.log(
        { key: 'odd', step: 0, value: Number.NaN },
        { key: 'odd', step: 1, value: Number.POSITIVE_INFINITY },
        { key: 'odd', step: 2, value: Number.NEGATIVE_INFINITY },
      );
      writer.param('lr', '0.1x');
      const result = await bench.import(writer.source);
      expect(result).toMatchObject({ newRuns: 1, knownRuns: 0, points: 7, skipped: [] });
      expect(taken()).toEqual([
        { key: 'größe/µ 🙂', step: 2 ** 40, value: -1.5e-300 },
        { key: 'loss', step: 0, value: 1 },
        { key: 'loss', step: 1, value: 1 / 2 },
        { key: 'loss', step: 2, value: 1 / 3 },
        { key: 'odd', step: 0, value: 'NaN' },
        { key: 'odd', step: 1, value: 'Infinity' },
        { key: 'odd', step: 2, value: '-Infinity' },
      ]);
      expect(Object.values(bench.contents())[0]!.params).toEqual({ lr: '0.1x' });
    });

    it('adds nothing when the same source is taken again', async () => {
      writer.log(...losses(0, 50));
      await bench.import(writer.source);
      const before = bench.contents();
      expect(await bench.import(writer.source)).toMatchObject({
        newRuns: 0,
        knownRuns: 1,
        points: 0,
        artifacts: 0,
      });
      expect(bench.contents()).toEqual(before);
    });

    it('adds what the source has grown by, and only that', async () => {
      writer.log(...losses(0, 10));
      await bench.import(writer.source);
      writer.log(...losses(10, 25));
      expect(await bench.import(writer.source)).toMatchObject({ newRuns: 0, points: 15 });
      expect(stepsOf('loss')).toEqual(losses(0, 25).map(({ step }) => step));
    });

    it('waits for the rest of a torn end', async () => {
      writer.log(...losses(0, 3));
      const finish = writer.tear({ key: 'loss', step: 3, value: 0.123456789 });
      expect(await bench.import(writer.source)).toMatchObject({ points: 3, skipped: [] });
      finish();
      writer.log(...losses(4, 6));
      await bench.import(writer.source);
      expect(stepsOf('loss')).toEqual([0, 1, 2, 3, 4, 5]);
      expect(taken()[3]).toEqual({ key: 'loss', step: 3, value: 0.123456789 });
    });

    it('keeps equal points that were logged twice', async () => {
      const point = { key: 'loss', step: 7, value: 0.5 };
      writer.log(...losses(0, 2), point);
      await bench.import(writer.source);
      const repeats = subject.name.includes('database') ? [] : [point];
      writer.log(...repeats, { ...point, step: 8 });
      await bench.import(writer.source);
      expect(stepsOf('loss')).toEqual([0, 1, 7, ...repeats.map(({ step }) => step), 8]);
    });

    it.skipIf(!subject.movable)('knows the source in another place', async () => {
      writer.log(...losses(0, 5));
      await bench.import(writer.source);
      writer.close();
      fs.cpSync(writer.source, bench.place('elsewhere'), { recursive: true });
      expect(await bench.import(bench.place('elsewhere'))).toMatchObject({
        newRuns: 0,
        knownRuns: 1,
        points: 0,
      });
      writer = subject.write(bench.place('another'), keys);
    });

    it('compares points where it is not known how far the source was read', async () => {
      writer.log(...losses(0, 20));
      await bench.import(writer.source);
      // As in a workspace that got the run in another way.
      bench.core.database.exec('DELETE FROM run_source_positions');
      writer.log(...losses(20, 30));
      expect(await bench.import(writer.source)).toMatchObject({ newRuns: 0, points: 10 });
      expect(stepsOf('loss')).toEqual(losses(0, 30).map(({ step }) => step));
    });

    it.skipIf(subject.shorten === null)('duplicates nothing when the source was cut', async () => {
      writer.log(...losses(0, 20));
      await bench.import(writer.source);
      const before = bench.contents();
      subject.shorten!(writer);
      await bench.import(writer.source);
      expect(bench.contents()).toEqual(before);
    });

    it('goes on after a cancelled import as if there had been none', async () => {
      writer.log(...losses(0, 40_000));
      const job = await bench.transfer.import({ path: writer.source, format: 'auto', follow: false });
      for await (const { progress } of bench.core.jobs.watch(job.id, undefined))
        if ((progress.fraction ?? 0) > 0) bench.core.jobs.cancel(job.id);
      await bench.import(writer.source);
      expect(stepsOf('loss')).toEqual(losses(0, 40_000).map(({ step }) => step));
    });

    it('takes each point once when two imports run at a time', async () => {
      writer.log(...losses(0, 40_000));
      const [first, second] = await Promise.all([bench.import(writer.source), bench.import(writer.source)]);
      expect(first.points + second.points).toBe(40_000);
      expect(stepsOf('loss')).toEqual(losses(0, 40_000).map(({ step }) => step));
    });

    it('leaves a run that was deleted here deleted, and says so', async () => {
      writer.log(...losses(0, 3));
      const { runs } = await bench.import(writer.source);
      bench.runs.delete([runs[0]!.id]);
      writer.log(...losses(3, 6));
      const again = await bench.import(writer.source);
      expect(again).toMatchObject({
        newRuns: 0,
        points: 0,
        skipped: [{ reason: expect.stringContaining('restore') }],
      });
      bench.runs.restore([runs[0]!.id]);
      await bench.import(writer.source);
      expect(stepsOf('loss')).toEqual([0, 1, 2, 3, 4, 5]);
    });

    it('follows a source that is being written until it is told to stop', async () => {
      writer.log(...losses(0, 3));
      const { points: live } = await following(bench, writer, () => writer.log(...losses(3, 8)));
      expect(live).toBe(8);
      expect(stepsOf('loss')).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    });

    it('keeps what data the run read, each once however often it is taken', async (context) => {
      if (!writer.read) return context.skip('the format does not say it');
      writer.log(...losses(0, 1));
      writer.read('digits', 'v1');
      writer.read('größe/µ 🙂', 'v1');
      const { runs } = await bench.import(writer.source);
      const id = runs[0]!.id;
      expect(bench.datasets(id)).toEqual([
        ['digits', 'v1'],
        ['größe/µ 🙂', 'v1'],
      ]);
      writer.read('digits', 'v2');
      await bench.import(writer.source);
      bench.core.database.exec('DELETE FROM run_source_positions');
      await bench.import(writer.source);
      expect(bench.datasets(id)).toEqual([
        ['digits', 'v1'],
        ['digits', 'v2'],
        ['größe/µ 🙂', 'v1'],
      ]);
    });

    it('registers the models whose files the run keeps, with their numbers and aliases, once', async (context) => {
      const { register } = writer;
      if (!register) return context.skip('the format has no registered models');
      writer.log(...losses(0, 1));
      register('net', 2, 'best');
      const { registry } = bench.models;
      const { runs, modelVersions } = await bench.import(writer.source);
      expect(modelVersions).toBe(1);
      expect(registry.find('net')).toMatchObject({
        description: 'for digits',
        tags: [{ key: 'team', value: 'größe' }],
        aliases: [{ alias: 'best', version: 2 }],
      });
      expect(registry.version('net', 2)).toMatchObject({
        runId: runs[0]!.id,
        storageLocation: `runs:/${runs[0]!.id}/model-2`,
        tags: expect.arrayContaining([{ key: 'stage', value: 'tried' }]),
      });
      expect(await bench.import(writer.source)).toMatchObject({ modelVersions: 0, notes: [] });
      register('net', 3, 'newest');
      expect(await bench.import(writer.source)).toMatchObject({ modelVersions: 1, notes: [] });
      expect(registry.find('net')!.aliases).toEqual([
        { alias: 'best', version: 2 },
        { alias: 'newest', version: 3 },
      ]);
    });

    it('leaves what was changed here of a registered model, and takes no number twice', async (context) => {
      const { register } = writer;
      if (!register) return context.skip('the format has no registered models');
      const { registry } = bench.models;
      registry.create({ name: 'net', description: 'ours', tags: [{ key: 'team', value: 'us' }] });
      const ours = registry.createVersion({
        ...{ name: 'net', source: 'x:/y', storageLocation: 'x:/y', runId: null },
        ...{ runLink: '', description: '', tags: [] },
      });
      registry.setAlias('net', 'best', ours.version);
      writer.log(...losses(0, 1));
      register('net', 1, 'best');
      await bench.import(writer.source);
      await bench.import(writer.source);
      expect(registry.find('net')).toMatchObject({
        description: 'ours',
        tags: [{ key: 'team', value: 'us' }],
        aliases: [{ alias: 'best', version: 1 }],
      });
      expect(registry.version('net', 1)!.runId).toBeNull();
      expect(registry.version('net', 2)!.source).toContain('/model-1');
      expect(registry.version('net', 3)).toBeNull();
    });

    for (const [attempt, make] of Object.entries(subject.hostile)) {
      it(`is not made to ${attempt}`, async () => {
        const secret = bench.place('secret.txt');
        fs.writeFileSync(secret, SECRET);
        const source = make(bench.place('hostile'), secret);
        const outcome = await bench.import(source).catch((error: { code?: string }) => {
          // Refused is well; a mistake of ours is not.
          expect(error.code).toMatch(
            /^(DATA_MALFORMED|PATH_NOT_FOUND|PATH_UNREADABLE|TOO_LARGE|INVALID_INPUT)$/,
          );
          return null;
        });
        for (const run of Object.keys(bench.contents())) {
          for (const { path } of bench.run(run).artifacts)
            expect((await bench.bytes(run, path)).toString()).not.toContain(SECRET);
          expect(JSON.stringify(bench.run(run))).not.toContain(SECRET);
          expect(JSON.stringify(bench.datasets(bench.run(run).id))).not.toContain(SECRET);
        }
        for (const model of bench.models.registry.search(everything, true).items)
          expect(JSON.stringify(model)).not.toContain(SECRET);
        expect(fs.readFileSync(secret, 'utf8')).toBe(SECRET);
        expect(outcome === null || outcome.runs.length <= 1).toBe(true);
      });
    }
  });
}

/** Follow a source, change it once its first points are there, and stop once the others are. */
async function following(bench: TransferBench, writer: LogWriter, change: () => void) {
  const job = await bench.transfer.import({ path: writer.source, format: 'auto', follow: true });
  const points = () => Object.values(bench.contents())[0]?.points.length ?? 0;
  let changed = false;
  for await (const { state } of bench.core.jobs.watch(job.id, undefined)) {
    if (state !== 'running') break;
    if (!changed && points() >= 3) {
      changed = true;
      change();
    }
    if (changed && points() >= 8) bench.core.jobs.cancel(job.id);
  }
  const ended = await bench.core.jobs.ended(job.id);
  expect(ended.state).toBe('finished');
  return ended.result as { points: number };
}
