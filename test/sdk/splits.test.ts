import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { npyBytes } from '../../native/tables/checks/npy-file.ts';
import { plainPythons } from '../support/python.ts';
import { runFolder, runProgram, variablesOf } from './python-program.ts';

function layOut(folder: string, name: string): string {
  const split = path.join(folder, 'inputs', `.split.${name}`);
  fs.mkdirSync(split);
  fs.writeFileSync(path.join(split, 'train.npy'), npyBytes([0, 2, 5_000_000_000]));
  fs.writeFileSync(path.join(split, 'test.npy'), npyBytes([1]));
  const parts = [
    { name: 'train', rows: 3, file: 'train.npy' },
    { name: 'test', rows: 1, file: 'test.npy' },
  ];
  fs.writeFileSync(path.join(split, 'split.json'), JSON.stringify({ version: 1, split: 'holdout', parts }));
  return split;
}

describe.each(plainPythons())('a program that was given a split, with %s', (python) => {
  it('finds the rows of each part, without NumPy too', async () => {
    const folder = runFolder();
    const split = layOut(folder, 'data');
    const { stdout, stderr } = await runProgram(
      python,
      [
        'import sys, lathe',
        'sys.modules["numpy"] = None',
        'split = lathe.split()',
        'print(list(split), list(split["train"]), list(split["test"]), split)',
        'print(list(lathe.split("data")["test"]), list(lathe.inputs), lathe.split("images"))',
        'try:\n    split["validation"]\nexcept KeyError as error:\n    print(error)',
      ].join('\n'),
      { variables: { ...variablesOf(folder), LATHE_SPLIT: split } },
    );
    expect(stdout.trim().split('\n')).toEqual([
      "['train', 'test'] [0, 2, 5000000000] [1] lathe.split('holdout': train 3, test 1)",
      '[1] [] None',
      `"the split holdout has no part 'validation' (it has: train, test)"`,
    ]);
    expect(stderr).toContain("no split of the input 'images'");
  });

  it('finds the files of each part where its rows stand for files', async () => {
    const folder = runFolder();
    const split = layOut(folder, 'data');
    const lists = { train: ['cat/é\n.png', null, 'dog/2.png'], test: ['cat/1.png'] };
    for (const [part, files] of Object.entries(lists))
      fs.writeFileSync(
        path.join(split, `${part}.files.jsonl`),
        files.map((file) => `${JSON.stringify(file)}\n`).join(''),
      );
    const facts = JSON.parse(fs.readFileSync(path.join(split, 'split.json'), 'utf8'));
    for (const part of facts.parts) part.files = `${part.name}.files.jsonl`;
    fs.writeFileSync(path.join(split, 'split.json'), JSON.stringify(facts));
    const data = path.join(folder, 'inputs', 'data');
    const { stdout } = await runProgram(
      python,
      [
        'import json, lathe',
        'split, named = lathe.split(), lathe.split("data")',
        'train = split.files("train")',
        'print(json.dumps([list(train), list(train), list(named.files("test"))]))',
        'try:\n    split.files("validation")\nexcept KeyError as error:\n    print(error)',
      ].join('\n'),
      { variables: { ...variablesOf(folder), LATHE_SPLIT: split, LATHE_DATA: data } },
    );
    const [lines, refusal] = stdout.trim().split('\n');
    const inData = (files: readonly (string | null)[]) => files.map((file) => file && path.join(data, file));
    expect(JSON.parse(lines!)).toEqual([inData(lists.train), inData(lists.train), inData(lists.test)]);
    expect(refusal).toContain("no part 'validation'");
  });

  it('is told where rows stand for no files', async () => {
    const folder = runFolder();
    const { stdout } = await runProgram(
      python,
      'import lathe\ntry:\n    lathe.split().files("test")\nexcept ValueError as error:\n    print(error)',
      { variables: { ...variablesOf(folder), LATHE_SPLIT: layOut(folder, 'data') } },
    );
    expect(stdout).toContain("stand for no files: take them from its table by split['test']");
  });

  it('gets none where none was chosen', async () => {
    const { stdout, stderr } = await runProgram(python, 'import lathe\nprint(lathe.split())', {
      variables: variablesOf(runFolder()),
    });
    expect(stdout.trim()).toBe('None');
    expect(stderr).toBe('');
  });
});
