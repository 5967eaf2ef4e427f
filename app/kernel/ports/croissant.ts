import type { Column } from '../../contract/datasets.contract.ts';

/** What a Croissant description says of a version. */
export interface CroissantFacts {
  readonly name: string;
  readonly version: number;
  /** BLAKE3 of the manifest. */
  readonly digest: string;
  readonly description: string;
  readonly author: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** Address of the licence or of the data set's page, where the user gave one. */
  readonly license: string | null;
  readonly url: string | null;
  readonly format: string | null;
  readonly columns: readonly Column[];
  readonly labelColumn: string | null;
  /** Paths are relative to the description; `sha256` in lower-case hex digits. */
  readonly files: readonly { readonly path: string; readonly sizeBytes: number; readonly sha256: string }[];
}

/** Writes the description as an object of JSON-LD. */
export type DescribeCroissant = (facts: CroissantFacts) => object;
