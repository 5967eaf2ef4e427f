import { hostReached } from '../../../../app/contract/data-sources.contract.ts';
import { counted, formatBytes } from '../../../components/format.ts';
import type { SourceKind } from './import-draft.ts';
import type { ImportWish } from './use-import.ts';

const missing: Readonly<Record<SourceKind, string>> = {
  files: 'Choose files or name a path.',
  glob: 'Give a pattern.',
  url: 'Give the address of a file.',
  s3: 'Name a bucket.',
  sql: 'Name a database and write a query.',
  croissant: 'Name the description: croissant.json.',
};

/** Why an import cannot begin yet, in words; null where it can, or where the fault stands beside its field. */
export function whatIsMissing(wish: ImportWish, areSecretsLocked: boolean): string | null {
  const { draft, isReady, isSending, source, problem, nameProblem, tagProblem, name } = wish;
  if (isReady) {
    return areSecretsLocked && draft.credential !== '' ? 'The secrets are locked: unlock them first.' : null;
  }
  if (problem || nameProblem || tagProblem) return 'Mend what is marked red.';
  if (!isSending && source === null) return missing[draft.kind];
  return name === '' ? 'Name the data set.' : null;
}

/** What an import costs, and whom it reaches. */
export function sourceCost({ isSending, files, totalBytes, source, draft }: ImportWish): string {
  if (isSending) {
    return `${counted(files.length, 'file')}, ${formatBytes(totalBytes)}, copied into the workspace.`;
  }
  const host = source && hostReached(source);
  if (host) return `This reads from ${host} over the network.`;
  return source === null && draft.kind !== 'files' && draft.kind !== 'glob'
    ? 'Copied into the workspace.'
    : 'Copied into the workspace; nothing leaves this machine.';
}
