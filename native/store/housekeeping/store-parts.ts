import type { ContentReader } from '../contents/content-reader.ts';
import type { StoreIndex } from '../index/store-index.ts';
import type { BlockCodec } from '../packs/block-codec.ts';
import type { BlockReader } from '../packs/block-reader.ts';
import type { StorePaths } from '../store-paths.ts';

/** What the housekeeping thread works with. */
export interface StoreParts {
  readonly paths: StorePaths;
  readonly index: StoreIndex;
  readonly codec: BlockCodec;
  readonly blocks: BlockReader;
  readonly contents: ContentReader;
}
