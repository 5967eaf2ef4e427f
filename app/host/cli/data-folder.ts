import type { FolderPage } from '../../contract/datasets.contract.ts';
import type { Cli } from './cli.ts';
import { count, sizeWords } from './terminal/words.ts';

/** A part of a folder of a version, folders first. */
export function folderWords(cli: Cli, page: FolderPage): string {
  const rows = page.entries.map((entry) =>
    entry.kind === 'folder'
      ? [`${entry.name}/`, count(entry.files, 'file'), sizeWords(entry.sizeBytes), '']
      : [entry.name, '', sizeWords(entry.file.sizeBytes), entry.file.digest.slice(0, 12)],
  );
  const columns = [
    { title: 'NAME', whole: true },
    { title: 'BELOW', align: 'right' },
    { title: 'SIZE', align: 'right' },
    'DIGEST',
  ] as const;
  const shown = `${page.entries.length} of ${page.total} entries`;
  return `${cli.table(columns, rows, 'No files.')}\n${shown}; ${count(page.files, 'file')} below, ${sizeWords(page.sizeBytes)}`;
}
