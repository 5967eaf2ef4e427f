import type { DatasetVersion } from '../../../../app/contract/datasets.contract.ts';

/**
 * The version that an address names by number (`3`, `v3`), alias or the beginning of its digest; the newest where it
 * names none, or one that is not there any more.
 *
 * @param versions newest first
 */
export function chosenVersion(
  versions: readonly DatasetVersion[],
  asked: string | null,
): DatasetVersion | undefined {
  const name = asked?.trim() ?? '';
  const number = /^v?(\d{1,9})$/.exec(name)?.[1];
  return (
    versions.find(({ version }) => version === Number(number)) ??
    versions.find(({ aliases }) => aliases.includes(name)) ??
    versions.find(({ digest }) => name.length >= 6 && digest.startsWith(name)) ??
    versions[0]
  );
}
