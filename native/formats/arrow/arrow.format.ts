import { zstdDecompressSync } from 'node:zlib';
import {
  CompressionType,
  compressionRegistry,
  type Data,
  type RecordBatch,
  RecordBatchReader,
} from 'apache-arrow';
import { AppError, isAbort } from '../../../app/kernel/app-error.ts';
import type { DataFormat, FormatFile } from '../../../app/kernel/ports/data-format.ts';
import { releaseBytes } from '../../release-bytes.ts';
import { malformed } from '../../tables/malformed.ts';
import { damaged } from '../files/damaged.ts';
import { withFile } from '../files/file-bytes.ts';
import { allHave, meantFiles } from '../files/names.ts';
import { batchRows, type ReportingSink, type TableValue, writeTable } from '../table/write-table.ts';
import { type ArrowColumn, arrowColumns, cellOf } from './arrow-columns.ts';
import { arrowMessages } from './arrow-messages.ts';
import { checkBuffers } from './check-buffers.ts';
import { unpackLz4Frame } from './lz4-frame.ts';

const ARROW = new Set(['arrow', 'feather', 'ipc', 'arrows']);
/** A buffer of one batch of rows is far below this, unless it is made to fill the memory. */
const MOST_BUFFER_BYTES = 512 * 1024 * 1024;

compressionRegistry.set(CompressionType.LZ4_FRAME, {
  decode: (bytes) => unpackLz4Frame(bytes, MOST_BUFFER_BYTES),
});
compressionRegistry.set(CompressionType.ZSTD, {
  decode: (bytes) => zstdDecompressSync(bytes, { maxOutputLength: MOST_BUFFER_BYTES }),
});

/** Arrow's files and streams (IPC), which Feather version 2 is too, plain or compressed. */
export const arrowFormat: DataFormat = {
  name: 'arrow',
  recognise: (files) => Promise.resolve(allHave(meantFiles(files), ARROW)),
  async tabulate(all, destinationPath, options) {
    const files = meantFiles(all);
    const scratchPath = `${destinationPath}.batch.part`;
    const columns = await readWith(files[0]!, scratchPath, options.signal, async (reader) =>
      arrowColumns(reader.schema, files[0]!.name),
    );
    if (columns.length === 0) throw damaged(files[0]!.name, null, 'it has no columns');
    const table = await writeTable(files[0]!.name, destinationPath, columns, options, async (sink) => {
      let done = 0;
      for (const file of files) {
        await readWith(file, scratchPath, options.signal, async (reader) => {
          checkSame(arrowColumns(reader.schema, file.name), columns, file, files[0]!);
          for await (const batch of reader) {
            await writeBatch(batch, columns, file.name, sink);
            for (const column of batch.data.children) releaseData(column);
          }
        });
        sink.progress(++done / files.length);
      }
    });
    return { ...table, fileColumn: null, labelColumn: null };
  },
};

/** @throws AppError DATA_MALFORMED with the reader's words for anything that it cannot read */
async function readWith<T>(
  file: FormatFile,
  scratchPath: string,
  signal: AbortSignal | undefined,
  use: (reader: RecordBatchReader) => Promise<T>,
): Promise<T> {
  return withFile(file, async (bytes) => {
    const messages = arrowMessages(bytes, scratchPath, signal);
    try {
      const reader = await RecordBatchReader.from(messages);
      await reader.open();
      if (!reader.schema) throw damaged(file.name, 0, 'this is no Arrow file');
      return await use(reader);
    } catch (error) {
      if (error instanceof AppError || isAbort(error)) throw error;
      throw damaged(
        file.name,
        null,
        `this Arrow file cannot be read (${(error as Error).message.split('\n')[0]})`,
      );
    } finally {
      // A batch that was not read to its end is still open.
      await messages.return(undefined);
    }
  });
}

async function writeBatch(
  batch: RecordBatch,
  columns: readonly ArrowColumn[],
  name: string,
  sink: ReportingSink,
): Promise<void> {
  columns.forEach((column, index) => {
    for (const data of batch.getChildAt(index)?.data ?? []) checkBuffers(data, column.name, name);
  });
  const step = batchRows(columns.length);
  for (let start = 0; start < batch.numRows; start += step) {
    const count = Math.min(step, batch.numRows - start);
    const values = columns.map((column, index) => {
      const vector = batch.getChildAt(index);
      if (!vector || vector.length !== batch.numRows) {
        throw damaged(name, null, `the column "${column.name}" has other rows than the batch it stands in`);
      }
      return Array.from({ length: count }, (_, row): TableValue => cellOf(vector, start + row, column, name));
    });
    await sink.batch(values, count);
  }
}

/** What a batch was unpacked into; dictionaries stay for the batches to come. */
function releaseData({ values, nullBitmap, valueOffsets, children }: Data): void {
  for (const buffer of [values, nullBitmap, valueOffsets]) {
    if (ArrayBuffer.isView(buffer)) releaseBytes(buffer);
  }
  for (const child of children) releaseData(child);
}

function checkSame(
  columns: readonly ArrowColumn[],
  first: readonly ArrowColumn[],
  file: FormatFile,
  other: FormatFile,
): void {
  const at = first.findIndex(
    ({ name, type }, index) => columns[index]?.name !== name || columns[index].type !== type,
  );
  if (at < 0 && columns.length === first.length) return;
  const place = at < 0 ? first.length : at;
  throw malformed(
    file.name,
    null,
    `column ${place + 1} is "${columns[place]?.name ?? 'missing'}" (${columns[place]?.type ?? 'none'}), unlike in ${other.name}`,
    'Files of one table have the same columns; import the others as a data set of their own.',
    'columns-differ',
  );
}
