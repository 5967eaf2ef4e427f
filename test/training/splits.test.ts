import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lathe, latheJson } from '../support/lathe-process.ts';

let root: string;
let workspace: string;

beforeEach(async () => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-splits-'));
  workspace = path.join(root, 'workspace');
  const lines = Array.from(
    { length: 300 },
    (_, i) => `${(i * 37) % 101},${(i * 53) % 97},${i % 2 === 0 ? 'a' : 'b'}`,
  );
  fs.writeFileSync(path.join(root, 'table.csv'), `x,z,label\n${lines.join('\n')}\n`);
  await latheJson(['data', 'import', 'table', path.join(root, 'table.csv')], workspace);
});
afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

const train = (...words: string[]) => latheJson(['train', ...words, '--follow'], workspace);

describe('a run on a named split', () => {
  it('of native training takes its rows, remembers it, and is reproduced with it', async () => {
    const made = await latheJson(
      ['data', 'split', 'make', 'table', 'cv', '--stratify', 'label', '--folds', '3'],
      workspace,
    );
    const run = await train('softmax', '--data', 'table', '--split', 'cv', '--fold', '2', '-p', 'epochs=1');
    expect(run.inputs).toMatchObject([
      { name: 'data', version: 1, split: { name: 'cv', fold: 2, digest: made.digest } },
    ]);
    expect(run.params).not.toHaveProperty('test_fraction');
    expect(run.metricSummaries).toHaveProperty('test_accuracy');
    const { reproduced } = await latheJson(['run', 'reproduce', run.id, '--follow'], workspace);
    const again = await latheJson(['run', 'show', reproduced], workspace);
    expect(again.inputs).toEqual(run.inputs);
    expect(again.metrics).toEqual(run.metrics);
    expect(await latheJson(['data', 'split', 'remove', 'table', 'cv'], workspace)).toMatchObject({
      error: { code: 'IN_USE' },
    });
  }, 120_000);

  it('of a program finds it as a folder, also by what its recipe says', async () => {
    await latheJson(['data', 'split', 'make', 'table', 'holdout'], workspace);
    const script = path.join(root, 'program', 'look.sh');
    fs.mkdirSync(path.dirname(script));
    fs.writeFileSync(
      script,
      'ls "$LATHE_SPLIT"\ncat "$LATHE_INPUTS/.split.numbers/split.json"\nls "$LATHE_INPUTS"\n',
    );
    fs.writeFileSync(
      path.join(root, 'program', 'recipe.yaml'),
      'command: sh look.sh\ndata:\n  numbers: { ref: table@1, split: holdout }\n',
    );
    const run = await train(path.join(root, 'program', 'recipe.yaml'));
    expect(run.inputs).toMatchObject([{ name: 'numbers', split: { name: 'holdout' } }]);
    expect(run.recipe.data).toEqual({ numbers: { ref: 'table@1', split: 'holdout' } });
    const { stdout } = await lathe(['run', 'logs', run.id], workspace);
    expect(stdout).toMatch(/^split.json\ntest.npy\ntrain.npy\nvalidation.npy\n/);
    expect(stdout).toContain('"split": "holdout"');
    expect(stdout.trim().split('\n').at(-1)).toBe('numbers');
  }, 120_000);
});

describe('a split of a folder of pictures', () => {
  it('gives a program the names of the files of each part', async () => {
    const pictures = path.join(root, 'pictures');
    const sample = path.resolve(import.meta.dirname, '../fixtures/data-formats/images/cat/a.png');
    for (const label of ['cat', 'dog']) {
      fs.mkdirSync(path.join(pictures, label), { recursive: true });
      for (let index = 0; index < 20; index++)
        fs.copyFileSync(sample, path.join(pictures, label, `nr ${index}.png`));
    }
    await latheJson(['data', 'import', 'pictures', pictures], workspace);
    const made = await latheJson(
      [
        'data',
        'split',
        'make',
        'pictures',
        'holdout',
        '--stratify',
        'label',
        '--parts',
        'train=0.8,test=0.2',
      ],
      workspace,
    );
    expect(made.parts).toMatchObject([{ rows: 32 }, { rows: 8 }]);
    const script = path.join(root, 'program', 'look.py');
    fs.mkdirSync(path.dirname(script));
    fs.writeFileSync(
      script,
      [
        'import json, os, lathe',
        'split = lathe.split()',
        'files = {part: list(split.files(part)) for part in split}',
        'assert all(os.path.isfile(file) for part in files.values() for file in part)',
        'names = [os.path.relpath(file, lathe.data()) for part in files.values() for file in part]',
        'print(json.dumps({"counts": [len(files["train"]), len(files["test"])], "names": sorted(names)}))',
      ].join('\n'),
    );
    const run = await train(script, '--data', 'pictures', '--split', 'holdout');
    const { stdout } = await lathe(['run', 'logs', run.id], workspace);
    const printed = JSON.parse(stdout.trim().split('\n').at(-1)!);
    expect(printed.counts).toEqual([32, 8]);
    expect(printed.names).toEqual(
      ['cat', 'dog'].flatMap((label) => Array.from({ length: 20 }, (_, i) => `${label}/nr ${i}.png`)).sort(),
    );
  }, 120_000);
});

describe('data that a blocking check speaks against', () => {
  it('is not trained on, unless that is said, which the run remembers', async () => {
    await latheJson(['data', 'expect', 'add', 'table', 'range', '--column', 'x', '--max', '50'], workspace);
    const words = ['softmax', '--data', 'table', '-p', 'epochs=1'];
    const refused = await train(...words);
    expect(refused).toMatchObject({
      error: { code: 'CHECK_FAILED', message: expect.stringContaining('x is at most 50') },
    });
    const checks = await latheJson(['train', ...words, '--check'], workspace);
    expect(checks).toMatchObject({
      ready: false,
      checks: expect.arrayContaining([
        expect.objectContaining({ id: 'expectations:data', state: 'missing' }),
      ]),
    });
    const run = await train(...words, '--override-checks');
    expect(run).toMatchObject({ status: 'finished', environment: { 'data.checks.overridden': 'table@1' } });
  }, 120_000);
});
