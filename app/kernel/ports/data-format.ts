import type { Column } from '../../contract/datasets.contract.ts';
import type { Progress } from '../../contract/wire.ts';

/** A file of a version as it lies on this machine while it is read. */
export interface FormatFile {
  readonly path: string;
  /** Inside the version. */
  readonly name: string;
  readonly sizeBytes: number;
}

/** What a version holds, told by the format that recognised it. */
export interface FormatFacts {
  readonly rows: number;
  readonly columns: readonly Column[];
  /** Column with the name of a file of the version, if rows stand for files (pictures, for example). */
  readonly fileColumn: string | null;
  /** Column with the class of a row, if the format has one. */
  readonly labelColumn: string | null;
}

/**
 * How a version's files become one table (a Parquet file, derived and made again at need): CSV, Arrow, NPZ, a folder of pictures,
 * annotations … A driver is one folder under `native/formats`, one line in its registry and one call of the conformance
 * suite (`test/conformance/data-format.ts`).
 */
export interface DataFormat {
  /** Stable; kept with the version: `csv`, `images`, `coco` … */
  readonly name: string;
  /**
   * Whether these files are of this format, by names and at most the first 64 KiB of a few of them. The first driver in the
   * registry that says yes reads the version.
   */
  recognise(files: readonly FormatFile[]): Promise<boolean>;
  /**
   * Write the table. Rows come in the order of the files and, inside a file, in its own.
   *
   * @throws AppError DATA_MALFORMED naming the file and the place
   */
  tabulate(
    files: readonly FormatFile[],
    destinationPath: string,
    options: { readonly signal?: AbortSignal; readonly onProgress?: (progress: Progress) => void },
  ): Promise<FormatFacts>;
}
