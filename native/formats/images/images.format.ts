import type { DataFormat, FormatFile } from '../../../app/kernel/ports/data-format.ts';
import { withFile } from '../files/file-bytes.ts';
import { allHave, baseOf, folderOf, meantFiles, splitNamed } from '../files/names.ts';
import { readInOrder } from '../files/read-in-order.ts';
import { type TableColumn, writeTable } from '../table/write-table.ts';
import { type Picture, pictureExtensions, pictureSize } from './picture-size.ts';

/**
 * Pictures, each a row. The folder that a picture lies in is its class; a first folder called `train`, `val`, `test` … is its split
 * where all have one.
 */
export const imagesFormat: DataFormat = {
  name: 'images',
  recognise: (files) => Promise.resolve(allHave(meantFiles(files), pictureExtensions)),
  async tabulate(all, destinationPath, options) {
    const files = meantFiles(all);
    const splits = files.map(({ name }) => splitNamed(name.includes('/') ? name.split('/')[0]! : ''));
    const hasSplits = splits.every((split) => split !== null);
    const labels = files.map(({ name }) => labelOf(name, hasSplits));
    const hasLabels = labels.some((label) => label !== null);
    const columns: TableColumn[] = [
      { name: 'file', type: 'text' },
      ...(hasSplits ? [{ name: 'split', type: 'text' as const }] : []),
      ...(hasLabels ? [{ name: 'label', type: 'text' as const }] : []),
      { name: 'width', type: 'int32' },
      { name: 'height', type: 'int32' },
      { name: 'format', type: 'text' },
      { name: 'bytes', type: 'int64' },
    ];
    const table = await writeTable(files[0]!.name, destinationPath, columns, options, async (sink) => {
      let index = 0;
      for await (const { width, height, format } of readInOrder(files, sizeOf, options.signal)) {
        const file = files[index]!;
        await sink.row([
          file.name,
          ...(hasSplits ? [splits[index]!] : []),
          ...(hasLabels ? [labels[index]!] : []),
          width,
          height,
          format,
          file.sizeBytes,
        ]);
        sink.progress(++index / files.length);
      }
    });
    return { ...table, fileColumn: 'file', labelColumn: hasLabels ? 'label' : null };
  },
};

const sizeOf = (file: FormatFile): Promise<Picture> => withFile(file, pictureSize);

function labelOf(name: string, hasSplits: boolean): string | null {
  const folder = folderOf(name);
  if (folder === '' || (hasSplits && !folder.includes('/'))) return null;
  return baseOf(folder);
}
