import type { Digest, RunId } from '../../contract/ids.ts';
import type { JobState } from '../../contract/jobs.contract.ts';
import type { ParameterValue, WireNumber } from '../../contract/wire.ts';
import type { ClientDataset, KeyValue } from './tracking.ts';

/**
 * Runs on their way between Lathe and another tool's files. A driver (app/interop) only reads or writes its format; what is new,
 * what is known and where it is kept is decided in one place, domains/runs/transfer. To write a driver, fill in `RunImporter` or
 * `RunExporter`, add a line to app/interop/run-formats.ts, and call the shared suite in test/conformance.
 */

/** One value of one metric. `value` is any double, NaN and infinities included; `timeMs` is epoch milliseconds. */
export interface TransferPoint {
  readonly key: string;
  readonly step: number;
  readonly timeMs: number;
  readonly value: number;
}

export type ArtifactKind = 'file' | 'image' | 'table' | 'model';

/** A file to keep with the run, under a path with `/` that the taker checks. */
export interface ImportedArtifact {
  readonly path: string;
  readonly kind?: ArtifactKind;
  /** The name it was logged under and its step. */
  readonly key?: string;
  readonly step?: number;
  /** `append` is added at the end of what is kept under this path already. */
  readonly content:
    | { readonly from: 'file'; readonly filePath: string }
    | { readonly from: 'bytes'; readonly bytes: Uint8Array }
    | { readonly from: 'append'; readonly bytes: Uint8Array };
}

/**
 * A part of what a run's source says. Everything is optional but the position: what the batch holds and the position are stored in one
 * transaction, so a reader that starts at a position that was stored gives each thing once.
 */
export interface ImportedBatch {
  readonly position: string;
  readonly points?: readonly TransferPoint[];
  /** The points may have been given before: the source was rewritten. The taker compares them with what it has. */
  readonly compare?: boolean;
  readonly params?: Readonly<Record<string, ParameterValue>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly summary?: Readonly<Record<string, string | WireNumber | boolean>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly artifacts?: readonly ImportedArtifact[];
  /** Data that the run read. What the run is known to have read, by name and digest, is not added again. */
  readonly datasets?: readonly ClientDataset[];
  /** What the program printed, to stand at this byte of its log. */
  readonly output?: readonly {
    readonly stream: 'stdout' | 'stderr';
    readonly offsetBytes: number;
    readonly text: string;
  }[];
  /** How it stands with the run, where the source says something new of it. */
  readonly status?: JobState;
  readonly startedAt?: number;
  readonly endedAt?: number;
  /** What was left out and why, in words. */
  readonly notes?: readonly string[];
  /** How much of the run's source has been read, 0 to 1. */
  readonly fraction?: number;
}

/** A run as it stands in its source. */
export interface ImportedRun {
  /** What the source is known by however often and from wherever it is imported; the first one made the run's id, any finds it again. */
  readonly identities: readonly [string, ...string[]];
  /** The run's own id where the source's ids have Lathe's form. */
  readonly id?: RunId;
  readonly name: string;
  /** Null where the source has no such thing. */
  readonly experiment: string | null;
  /** Whether the source says when a run ended. Of one that does not, silence is taken for the end. */
  readonly tellsEnd: boolean;
  /** Epoch milliseconds; null where the source does not tell. */
  readonly startedAt: number | null;
  /**
   * What the source says after a position, in batches of bounded size; null is the start. It ends where the source ends for now. A
   * position that does not fit the source any more (it was rewritten) is read from the start with `compare`.
   */
  read(position: string | null, signal: AbortSignal): AsyncIterable<ImportedBatch>;
}

/** A version of a registered model whose files an imported run holds. */
export interface ImportedModelVersion {
  /** Its number in the source, from 1; it keeps it here where that is free. */
  readonly version: number;
  /** One of the run's identities. */
  readonly run: string;
  /** The folder or file among the run's artifacts, as the run's batches name it; '' for all of them. */
  readonly path: string;
  readonly description: string;
  readonly stage: string;
  readonly tags: readonly KeyValue[];
}

/** A registered model as it stands in its source. */
export interface ImportedModel {
  readonly name: string;
  readonly description: string;
  readonly tags: readonly KeyValue[];
  /** Which version each name stands for. */
  readonly aliases: Readonly<Record<string, number>>;
  /** In the order of their numbers. */
  readonly versions: readonly ImportedModelVersion[];
  /** Versions that are not among them and why, in words. */
  readonly notes: readonly string[];
}

export interface RunImporter {
  readonly format: string;
  /** What it reads, for people. */
  readonly title: string;
  /** Whether the file or folder looks like this format. It reads little and never throws for what it does not know. */
  recognises(sourcePath: string): Promise<boolean>;
  /**
   * The runs below a file or folder, in a stable order. Links inside are not followed.
   *
   * @throws AppError PATH_NOT_FOUND, PATH_UNREADABLE, DATA_MALFORMED
   */
  scan(sourcePath: string, signal: AbortSignal): Promise<readonly ImportedRun[]>;
  /**
   * Registered models below the same place, for formats that have such. Asked for once the runs are taken.
   *
   * @throws AppError as `scan`
   */
  models?(sourcePath: string, signal: AbortSignal): Promise<readonly ImportedModel[]>;
}

export interface ExportedArtifact {
  readonly path: string;
  readonly kind: ArtifactKind;
  readonly key: string | null;
  readonly step: number | null;
  readonly sizeBytes: number;
  readonly digest: Digest;
  /** Path of a file with its bytes, to read or copy and never to change. */
  readonly filePath: string;
}

/** A run as an exporter gets it. */
export interface ExportedRun {
  readonly id: RunId;
  readonly name: string;
  readonly experiment: string;
  readonly status: JobState;
  readonly params: Readonly<Record<string, ParameterValue>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly summary: Readonly<Record<string, string | WireNumber | boolean>>;
  /** Last value of every metric. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly artifacts: readonly ExportedArtifact[];
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** Every point, key by key, in the order recorded, in batches. */
  points(): AsyncIterable<readonly TransferPoint[]>;
}

export interface RunExporter {
  readonly format: string;
  readonly title: string;
  /**
   * Write the runs into a folder that is there and empty.
   *
   * @param destination where the folder will stand once it is complete, for formats that name their own place
   * @returns what could not be said in the format, in words
   */
  write(
    runs: AsyncIterable<ExportedRun>,
    folder: string,
    destination: string,
    signal: AbortSignal,
  ): Promise<readonly string[]>;
}

/** A column of a table that is written as Parquet. */
export interface ParquetColumn {
  readonly name: string;
  readonly type: 'text' | 'integer' | 'double' | 'boolean';
}

/** Writes a CSV file of Lathe's own as Parquet; see native/tables/write-parquet.ts. */
export type WriteParquet = (
  csvPath: string,
  parquetPath: string,
  columns: readonly ParquetColumn[],
  signal: AbortSignal,
) => Promise<void>;
