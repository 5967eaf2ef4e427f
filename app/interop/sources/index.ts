import type { DataSource } from '../../kernel/ports/data-source.ts';
import type { DatabaseQueries } from '../../kernel/ports/database-queries.ts';
import type { Hashing } from '../../kernel/ports/hashing.ts';
import { createBucketSource } from './bucket/bucket.source.ts';
import { createCroissantSource } from './croissant/croissant.source.ts';
import { createGlobSource } from './glob/glob.source.ts';
import { createPathsSource } from './paths/paths.source.ts';
import { createQuerySource } from './query/query.source.ts';
import { createUploadsSource, type WaitingUploads } from './uploads/uploads.source.ts';
import { createUrlSource } from './url/url.source.ts';

/** Every place that data may come from: a new driver is one folder here and one line. */
export function createDataSources(parts: {
  /** Folder of the workspace, which is never imported into itself. */
  readonly workspace: string;
  readonly uploads: WaitingUploads;
  readonly hashing: Hashing;
  readonly queries: DatabaseQueries;
}): readonly DataSource[] {
  return [
    createPathsSource(parts),
    createUploadsSource(parts.uploads),
    createGlobSource(parts),
    createUrlSource(parts),
    createBucketSource(),
    createQuerySource(parts),
    createCroissantSource(parts),
  ] as readonly DataSource[];
}
