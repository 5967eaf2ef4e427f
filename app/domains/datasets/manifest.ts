import { z } from 'zod';
import { type VersionFile, versionFile } from '../../contract/datasets.contract.ts';

const manifest = z.object({ files: z.array(versionFile) });

/**
 * The list of a version's files as bytes: JSON with sorted files, fixed key order and no spaces, so that equal
 * content has equal bytes and with them an equal digest.
 */
export function encodeManifest(files: readonly VersionFile[]): Uint8Array {
  const canonical = files.map(({ path, sizeBytes, digest }) => ({ path, sizeBytes, digest }));
  return new TextEncoder().encode(JSON.stringify({ files: canonical }));
}

export function decodeManifest(bytes: Uint8Array): VersionFile[] {
  return manifest.parse(JSON.parse(new TextDecoder().decode(bytes))).files;
}
