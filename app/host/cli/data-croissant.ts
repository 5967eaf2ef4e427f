import type { Command } from 'commander';
import type { CroissantResult } from '../../contract/croissant.contract.ts';
import type { Cli } from './cli.ts';
import { jobResult } from './follow.ts';
import { parseDataRef } from './parse.ts';
import { count, sizeWords } from './terminal/words.ts';

export interface CroissantOptions {
  readonly croissant?: boolean;
  readonly license?: string;
  readonly url?: string;
}

export const addCroissantOptions = (command: Command): Command =>
  command
    .option('--croissant', 'all files with a Croissant description (MLCommons), into a new folder')
    .option('--license <address>', 'the licence that the description names')
    .option('--url <address>', 'the page of the data set that the description names');

export async function exportCroissant(
  cli: Cli,
  ref: string,
  folder: string,
  { license = null, url = null }: { readonly license?: string | null; readonly url?: string | null },
): Promise<void> {
  const client = await cli.client();
  const wish = { folder: cli.path(folder), license, url };
  const job = await client.croissant.export({ ...cli.inProject, ...parseDataRef(ref), ...wish });
  const written = (await jobResult(cli, job)) as CroissantResult;
  cli.print(
    written,
    () =>
      `Wrote ${count(written.files, 'file')} (${sizeWords(written.sizeBytes)}) described by ${written.path}.`,
  );
}
