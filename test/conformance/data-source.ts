import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ImportSource } from '../../app/contract/import-source.ts';
import { AppError } from '../../app/kernel/app-error.ts';
import type { DataSource, Fetched } from '../../app/kernel/ports/data-source.ts';

export interface SourceSubject {
  readonly name: string;
  driver(): DataSource;
  /** A source that holds the files below. */
  source(): ImportSource;
  /** By their names in the version; null where the suite cannot know the bytes. */
  readonly files: Readonly<Record<string, string | null>>;
  /** Sources that `check` or `fetch` must refuse, with the code. */
  readonly refused: Readonly<Record<string, { source(): ImportSource; readonly code: string }>>;
  /** Credentials by name. */
  secrets?(): Readonly<Record<string, string>>;
}

/** The files that a store would take in, by their names in the version. */
export function takenIn({ trees, include }: Fetched): Record<string, Buffer> {
  const taken: Record<string, Buffer> = {};
  for (const tree of trees) {
    if (fs.statSync(tree.path).isFile()) {
      taken[tree.name] = fs.readFileSync(tree.path);
      continue;
    }
    for (const entry of fs.readdirSync(tree.path, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const at = path.join(entry.parentPath, entry.name);
      const below = path.relative(tree.path, at).replaceAll(path.sep, '/');
      if (include && !include.some((pattern) => path.posix.matchesGlob(below, pattern.slice(1)))) continue;
      taken[tree.name === '' ? below : `${tree.name}/${below}`] = fs.readFileSync(at);
    }
  }
  return taken;
}

/** What every source keeps to. */
export function dataSourceConformance(subject: SourceSubject): void {
  describe(`the source ${subject.name}`, { timeout: 120_000 }, () => {
    let spoolFolder: string;
    const secrets = () => subject.secrets?.() ?? {};

    beforeEach(() => {
      spoolFolder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-spool-'));
    });
    afterEach(() => fs.rmSync(spoolFolder, { recursive: true, force: true }));

    const context = (signal = new AbortController().signal, seen: number[] = []) => ({
      signal,
      spoolFolder,
      onProgress: (bytes: number) => seen.push(bytes),
      secret: async (name: string) => {
        if (Object.hasOwn(secrets(), name)) return secrets()[name]!;
        throw new AppError('NOT_FOUND', `There is no credential "${name}".`);
      },
    });

    function expectFiles(fetched: Fetched): void {
      const taken = takenIn(fetched);
      expect(Object.keys(taken).sort()).toEqual(Object.keys(subject.files).sort());
      for (const [name, content] of Object.entries(subject.files)) {
        if (content !== null) expect(taken[name]!.toString('utf8'), name).toBe(content);
      }
    }

    it('brings its files, says where they came from without secrets, and leaves the source as it is', async () => {
      const driver = subject.driver();
      const source = subject.source();
      const before = JSON.stringify(source);
      await driver.check(source);
      const seen: number[] = [];
      const fetched = await driver.fetch(source, context(undefined, seen));
      expectFiles(fetched);
      expect(fetched.description.length).toBeGreaterThan(0);
      for (const secret of Object.values(secrets())) {
        for (const part of secret.split(':'))
          expect(JSON.stringify([fetched.description, fetched.memory])).not.toContain(part);
      }
      expect(JSON.stringify(source)).toBe(before);
      expect(seen).toEqual([...seen].sort((a, b) => a - b));
    });

    it('brings the same again into a folder that holds what an earlier call left', async () => {
      const driver = subject.driver();
      await driver.fetch(subject.source(), context());
      expectFiles(await driver.fetch(subject.source(), context()));
    });

    it('stops when it is cancelled', async () => {
      const abort = new AbortController();
      abort.abort();
      const fetching = subject.driver().fetch(subject.source(), context(abort.signal));
      // A source that only names files of this machine has nothing to stop.
      const ended = await fetching.then(
        () => 'done',
        (error: unknown) => (error as Error).name,
      );
      expect(['done', 'AbortError']).toContain(ended);
    });

    for (const [what, { source, code }] of Object.entries(subject.refused)) {
      it(`refuses ${what} with ${code}`, async () => {
        const driver = subject.driver();
        const asked = driver.check(source()).then(() => driver.fetch(source(), context()));
        await expect(asked).rejects.toMatchObject({ code, nextStep: expect.stringMatching(/./) });
      });
    }
  });
}
