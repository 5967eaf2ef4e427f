import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collectOutputs } from './collected-outputs.ts';

describe('what a program left', () => {
  let folder: string;
  const journal = () => path.join(folder, 'journal', 'collected.jsonl');
  const lines = () => fs.readFileSync(journal(), 'utf8').split('\n').slice(0, -1);
  const named = () =>
    lines()
      .slice(1)
      .map((line) => JSON.parse(line).path);

  function write(name: string, content = name) {
    const file = path.join(folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, content);
  }

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-outputs-'));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  it('is named once, in whole lines after a header', async () => {
    write('outputs/a.txt');
    write('outputs/deep/b.txt');
    write('outputs/half.tmp');
    await collectOutputs(folder, []);
    await collectOutputs(folder, []);
    expect(lines()[0]).toBe('{"type":"header","version":1,"writer":"collected"}');
    expect(named()).toEqual(['a.txt', 'deep/b.txt']);
  });

  it('is not named again where the program did, for itself or for its folder', async () => {
    write('outputs/a.txt');
    write('outputs/model/weights.bin');
    write('outputs/models/other.bin');
    const told = ['a.txt', 'model'].map((name) => `${JSON.stringify({ type: 'artifact', path: name })}\n`);
    write('journal/own.jsonl', `${told.join('')}{"type":"artifact","path":"models/other.b`);
    await collectOutputs(folder, []);
    expect(named()).toEqual(['models/other.bin']);
  });

  it('is named after a line that a crash tore', async () => {
    write('outputs/a.txt');
    write('journal/collected.jsonl', '{"type":"header","version":1,"writer":"collected"}\n{"type":"arti');
    await collectOutputs(folder, []);
    expect(lines().at(-1)).toBe('{"type":"artifact","path":"a.txt"}');
    expect(lines()).toHaveLength(3);
  });

  it('is copied from the working folder where a pattern says so, and never over what is there', async () => {
    write('code/out/deep/a.bin', 'new');
    write('code/out/b.bin', 'new');
    write('code/other.csv', 'new');
    write('code/not.md', 'new');
    write('outputs/out/b.bin', 'old');
    write('secret', 'not for you');
    fs.symlinkSync('../secret', path.join(folder, 'code', 'link.csv'));
    fs.symlinkSync('..', path.join(folder, 'code', 'up'));
    fs.chmodSync(path.join(folder, 'code', 'other.csv'), 0o400);
    await collectOutputs(folder, [
      'out',
      '*.csv',
      'up/secret',
      '../secret',
      '/etc/hostname',
      '**/../../secret',
    ]);
    expect(named()).toEqual(['other.csv', 'out/b.bin', 'out/deep/a.bin']);
    const read = (name: string) => fs.readFileSync(path.join(folder, 'outputs', name), 'utf8');
    expect([read('out/deep/a.bin'), read('out/b.bin'), read('other.csv')]).toEqual(['new', 'old', 'new']);
  });

  it('leaves names that are no path everywhere, and files that lead elsewhere', async () => {
    write('code/a\\b.csv');
    write('code/c.csv');
    fs.mkdirSync(path.join(folder, 'outputs'));
    fs.symlinkSync('/etc/hostname', path.join(folder, 'outputs', 'link'));
    await collectOutputs(folder, ['*.csv']);
    expect(named()).toEqual(['c.csv']);
  });

  it('is nothing where there is nothing', async () => {
    await collectOutputs(folder, ['*.csv']);
    expect(fs.existsSync(journal())).toBe(false);
  });
});
