import type { Column } from '../../contract/datasets.contract.ts';
import type { DatasetId, Digest, ProjectId } from '../../contract/ids.ts';
import type { JobContext } from '../../kernel/job-machine.ts';

/** A content that is about to become a version. */
export interface Publishing {
  readonly projectId: ProjectId;
  readonly name: string;
  /** Null where the import makes the data set. */
  readonly datasetId: DatasetId | null;
  /** Of the manifest. */
  readonly digest: Digest;
  readonly rows: number | null;
  readonly columns: readonly Column[];
}

/**
 * Called once for each import that would make a version, before anything of it is visible.
 *
 * @param tablePath the content's Parquet file; null where it is not a table
 * @throws AppError CHECK_FAILED if it may not become a version
 */
export type BeforePublish = (
  publishing: Publishing,
  tablePath: string | null,
  context: Pick<JobContext, 'signal' | 'progress'>,
) => Promise<void>;
