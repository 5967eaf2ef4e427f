import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogFile } from './log-file.ts';

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-log-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

/** Give a file that has `before` the whole log again in these pieces. */
async function copied(before: string, start: number, check: boolean, ...pieces: string[]): Promise<string> {
  const place = path.join(folder, 'stdout.log');
  fs.writeFileSync(place, before);
  const file = await LogFile.open(place, start, check);
  for (const piece of pieces) await file.take([...piece].map((letter) => Buffer.from(letter)));
  await file.close();
  return fs.readFileSync(place, 'utf8');
}

describe('a log that is copied again from its start', () => {
  it('adds only what the file lacks', async () => {
    expect(await copied('abc', 0, false, 'ab', 'cdef', 'g')).toBe('abcdefg');
    expect(await copied('abc', 0, true, 'ab', 'cdef', 'g')).toBe('abcdefg');
  });

  it('begins where the attempt before ended', async () => {
    expect(await copied('first|ab', 6, true, 'abcd')).toBe('first|abcd');
  });

  it('replaces what the file has otherwise, where it is asked to check', async () => {
    expect(await copied('abXcd', 0, true, 'ab', 'cd', 'ef')).toBe('abcdef');
    expect(await copied('first|abef', 6, true, 'abcd', 'ef')).toBe('first|abcdef');
  });
});
