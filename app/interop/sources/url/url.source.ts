import fs from 'node:fs';
import path from 'node:path';
import type { UrlSource } from '../../../contract/data-sources.contract.ts';
import { AppError } from '../../../kernel/app-error.ts';
import type { DataSource } from '../../../kernel/ports/data-source.ts';
import type { Hashing } from '../../../kernel/ports/hashing.ts';
import { inside } from '../../../kernel/workspace-folders.ts';
import { checkDigest } from '../download/check-digest.ts';
import { downloadFile } from '../download/download-file.ts';

/** One file by its address. It reaches the address's host, and where that sends it. */
export function createUrlSource({ hashing }: { readonly hashing: Hashing }): DataSource<'url'> {
  return {
    kind: 'url',
    async check(source) {
      nameOf(source);
    },
    async fetch(source, { spoolFolder, signal, onProgress, secret }) {
      const name = nameOf(source);
      const folder = path.join(spoolFolder, 'files');
      await fs.promises.mkdir(folder, { recursive: true });
      const destination = inside(folder, name);
      const authorization =
        source.credential === null ? null : `Bearer ${(await secret(source.credential)).trim()}`;
      await fs.promises.rm(destination, { force: true });
      await downloadFile({
        url: source.url,
        destination: inside(spoolFolder, 'file'),
        authorization,
        signal,
        onProgress,
      });
      const arrived = inside(spoolFolder, 'file');
      if (source.digest !== null) await checkDigest(arrived, source.digest, source.url, hashing, signal);
      await fs.promises.rename(arrived, destination);
      const { origin, pathname } = new URL(source.url);
      return { trees: [{ path: destination, name }], description: `${origin}${pathname}`, memory: null };
    },
  };
}

/** The name that was asked for, or the last part of the address. @throws AppError INVALID_INPUT */
export function nameOf({ url, name }: Pick<UrlSource, 'url' | 'name'>): string {
  const last = new URL(url).pathname.split('/').at(-1)!;
  let wanted = name ?? last;
  if (name === null) {
    try {
      wanted = decodeURIComponent(last);
    } catch {
      // Half an escape is part of a name all the same.
    }
  }
  if (wanted !== '' && wanted !== '.' && wanted !== '..' && !/[/\\\0]/.test(wanted) && wanted.length <= 255)
    return wanted;
  throw new AppError('INVALID_INPUT', `"${wanted}" cannot be the name of a file.`, {
    nextStep: 'Say what the file is called (--file-name on the command line).',
    details: { url, name: wanted },
  });
}
