import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newControl, stop, ThreadControl } from '../pool/session-control.ts';
import { SectionReader, SectionWriter } from './entry-section.ts';
import { hashFiles } from './hash-files.ts';
import { isAsRemembered } from './source-memory.ts';

const LOOKED_AT_MS = 1_800_000_000_000;
const old = { sizeBytes: 5, mtimeMs: LOOKED_AT_MS - 9000.25, ctimeMs: LOOKED_AT_MS - 5000, ino: 77 };

function remembered(facts: typeof old): SectionReader {
  const writer = new SectionWriter();
  writer.begin({ source: 0, isSingleFile: false, path: 'a' });
  writer.file('x', facts, false, new Uint8Array(32).fill(7));
  writer.end();
  const reader = new SectionReader(Buffer.from(writer.take().buffer), 0);
  reader.next();
  return reader;
}
const isTrusted = (then: typeof old, now: typeof old) =>
  isAsRemembered(remembered(then), { ...now, size: now.sizeBytes }, LOOKED_AT_MS);

describe('a file that was seen before', () => {
  it('is the same while its size, its times and its inode are', () => {
    expect(isTrusted(old, { ...old })).toBe(true);
    for (const key of ['sizeBytes', 'mtimeMs', 'ctimeMs', 'ino'] as const) {
      expect([key, isTrusted(old, { ...old, [key]: old[key] + 0.25 })]).toEqual([key, false]);
    }
  });

  it('is not trusted if it was touched within two seconds before it was looked at, or after', () => {
    for (const key of ['mtimeMs', 'ctimeMs'] as const) {
      for (const agoMs of [1999, 0, -60_000]) {
        const late = { ...old, [key]: LOOKED_AT_MS - agoMs };
        expect([key, agoMs, isTrusted(late, late)]).toEqual([key, agoMs, false]);
      }
    }
  });
});

describe('a file that is read', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-read-'));
    file = path.join(folder, 'file');
    fs.writeFileSync(file, 'as it was');
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  /** Look at the file, change it, then read it by what was seen. */
  function readAfter(change: () => void): string {
    const { size, mtimeMs, ctimeMs, ino } = fs.lstatSync(file);
    change();
    const facts = Float64Array.of(size, mtimeMs, ctimeMs, ino);
    const control = new ThreadControl(newControl(1), 0);
    return Buffer.from(hashFiles({ paths: file, facts, similar: new Uint8Array(32) }, control)).toString(
      'hex',
    );
  }

  it('gives the digest of what was looked at', () => {
    expect(readAfter(() => undefined)).toHaveLength(64);
  });

  it.each([
    ['grew', () => fs.appendFileSync(file, '!'), 'CONFLICT'],
    ['shrank', () => fs.truncateSync(file, 3), 'CONFLICT'],
    ['was rewritten with as many bytes', () => fs.writeFileSync(file, 'as it now'), 'CONFLICT'],
    ['was replaced', () => replace(() => fs.writeFileSync(file, 'as it was')), 'CONFLICT'],
    ['became a link', () => replace(() => fs.symlinkSync('/etc/hostname', file)), 'PATH_UNREADABLE'],
    ['became a pipe that nobody writes to', () => replace(() => execFileSync('mkfifo', [file])), 'CONFLICT'],
    ['became a folder', () => replace(() => fs.mkdirSync(file)), 'CONFLICT'],
    ['is gone', () => fs.rmSync(file), 'PATH_NOT_FOUND'],
  ])('is refused if it %s since', (_what, change, code) => {
    let thrown: { code?: string } = {};
    try {
      readAfter(change);
    } catch (error) {
      thrown = error as { code?: string };
    }
    expect(thrown).toBeInstanceOf(Error);
    expect(thrown.code).toBe(code);
  });

  it('is left alone once the call is to stop', () => {
    const control = newControl(1);
    stop(control, 'aborted');
    expect(() => new ThreadControl(control, 0).check()).toThrow('cancelled');
  });

  function replace(make: () => void): void {
    fs.renameSync(file, `${file}.old`);
    make();
  }
});
