import fs from 'node:fs';
import path from 'node:path';
import { AppError } from '../../../kernel/app-error.ts';
import type { DataSource, FetchContext } from '../../../kernel/ports/data-source.ts';
import type { Hashing } from '../../../kernel/ports/hashing.ts';
import { inside } from '../../../kernel/workspace-folders.ts';
import { type CroissantFile, readCroissant } from '../../croissant/croissant-files.ts';
import { readSmallText } from '../../source-files.ts';
import { checkDigest } from '../download/check-digest.ts';
import { downloadFile } from '../download/download-file.ts';
import { absolutePath, lookAt } from '../paths/local-path.ts';

const MOST_BYTES = 16 * 1024 * 1024;
const DESCRIPTION = 'croissant.json';

/**
 * A Croissant description with the files that it names: those with an address are downloaded, those beside it are copied, and each is compared with its `sha256`. The
 * description itself comes along as `croissant.json`. It reaches the hosts of the addresses.
 */
export function createCroissantSource({ hashing }: { readonly hashing: Hashing }): DataSource<'croissant'> {
  return {
    kind: 'croissant',
    async check({ location }) {
      if (isAddress(location)) return;
      if ((await lookAt(absolutePath(location))) === 'folder') throw isFolder(location);
      readCroissant((await readSmallText(absolutePath(location), MOST_BYTES)) ?? '', location);
    },
    async fetch({ location, credential }, context) {
      const { spoolFolder, signal, secret } = context;
      const authorization = credential === null ? null : `Bearer ${(await secret(credential)).trim()}`;
      const folder = path.join(spoolFolder, 'files');
      await fs.promises.mkdir(folder, { recursive: true });
      const described = inside(folder, DESCRIPTION);
      if (isAddress(location)) {
        await downloadFile({
          url: location,
          destination: described,
          authorization,
          signal,
          onProgress: () => {},
        });
      } else await fs.promises.copyFile(absolutePath(location), described);
      const text = (await readSmallText(described, MOST_BYTES)) ?? '';
      const { name, files } = readCroissant(text, location);
      let done = 0;
      for (const file of files) {
        const progress = (bytes: number) => context.onProgress(done + bytes, null);
        await bring(file, location, folder, {
          authorization,
          hashing,
          context: { ...context, onProgress: progress },
        });
        done += (await fs.promises.stat(inside(folder, file.name))).size;
      }
      return {
        trees: [{ path: folder, name: '' }],
        description: `Croissant ${name === null ? '' : `"${name}" `}from ${withoutQuery(location)}`,
        memory: null,
      };
    },
  };
}

const isAddress = (location: string): boolean => /^https?:\/\//i.test(location);

const withoutQuery = (location: string): string =>
  isAddress(location) ? location.replace(/[?#].*$/, '') : location;

function isFolder(location: string): AppError {
  return new AppError('PATH_NOT_FOUND', `${location} is a folder.`, {
    nextStep: 'Name the description in it, for example croissant.json.',
    details: { path: location },
  });
}

async function bring(
  file: CroissantFile,
  location: string,
  folder: string,
  parts: { authorization: string | null; hashing: Hashing; context: FetchContext },
): Promise<void> {
  const { signal, onProgress } = parts.context;
  const destination = inside(folder, file.name);
  await fs.promises.mkdir(path.dirname(destination), { recursive: true });
  const present = await fs.promises.stat(destination).catch(() => null);
  const expected = file.sha256 === null ? null : `sha256:${file.sha256}`;
  if (present && expected !== null) {
    const same = await checkDigest(destination, expected, file.name, parts.hashing, signal).then(
      () => true,
      () => false,
    );
    if (same) return onProgress(present.size, null);
  }
  const address = isAddress(file.contentUrl)
    ? file.contentUrl
    : isAddress(location)
      ? new URL(file.contentUrl, location).href
      : null;
  if (address === null) {
    // Beside the description, and nowhere else: a description from elsewhere must not reach this machine's other files.
    const beside = inside(path.dirname(absolutePath(location)), file.contentUrl.replace(/^\.\//, ''));
    if ((await lookAt(beside)) !== 'file') throw isFolder(beside);
    await fs.promises.copyFile(beside, destination);
  } else {
    const sameOrigin = isAddress(location) && new URL(address).origin === new URL(location).origin;
    await downloadFile({
      url: address,
      destination,
      authorization: sameOrigin ? parts.authorization : null,
      signal,
      onProgress,
    });
  }
  if (expected !== null) await checkDigest(destination, expected, file.name, parts.hashing, signal);
}
