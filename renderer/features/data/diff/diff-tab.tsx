import { useQuery } from '@tanstack/react-query';
import type { DatasetVersion, VersionDiff } from '../../../../app/contract/datasets.contract.ts';
import { orpc } from '../../../client/orpc.ts';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { counted, formatPercent } from '../../../components/format.ts';
import screen from '../../../components/screen.module.css';
import { SegmentedChoice } from '../../../components/segments.tsx';
import { useQueryString } from '../../../shell/router.ts';
import { chosenVersion } from '../versions/chosen-version.ts';
import styles from './diff.module.css';
import { DriftList } from './drift-list.tsx';
import { FileDifferences } from './file-differences.tsx';
import { PictureDifferences } from './picture-differences.tsx';
import { RowDifferences } from './row-differences.tsx';
import { WithTableDiff } from './with-table-diff.tsx';

interface DiffTabProps {
  readonly version: DatasetVersion;
  /** Newest first. */
  readonly versions: readonly DatasetVersion[];
}

type Part = 'files' | 'rows' | 'drift' | 'pictures';

/** What changed between another version and this one: files, rows, columns, pictures. */
export function DiffTab({ version, versions }: DiffTabProps) {
  const [query, setQuery] = useQueryString();
  const others = versions.filter(({ id }) => id !== version.id);
  const usual = others.find((one) => one.version < version.version) ?? others[0];
  const asked = query.get('before');
  const before = asked === null ? usual : chosenVersion(others, asked);
  if (!before) {
    return (
      <p className={screen.waiting}>
        This is the only version. Import a new one of {version.datasetName}, and this shows what changed.
      </p>
    );
  }
  return (
    <div className={styles.tab}>
      <div className={styles.tools}>
        <label>
          From{' '}
          <select value={before.version} onChange={({ target }) => setQuery({ before: target.value })}>
            {others.map((one) => (
              <option key={one.id} value={one.version}>
                v{one.version}
                {one.message ? ` ${one.message.slice(0, 50)}` : ''}
              </option>
            ))}
          </select>
        </label>
        <span>to v{version.version}</span>
        <Differences key={before.id} before={before} after={version} />
      </div>
      <DiffBody before={before} after={version} />
    </div>
  );
}

interface Pair {
  readonly before: DatasetVersion;
  readonly after: DatasetVersion;
}

function partsOf({ before, after }: Pair): readonly (readonly [Part, string])[] {
  const tables = before.rows !== null && after.rows !== null;
  return [
    ...(tables ? [['rows', 'Rows'] as const, ['drift', 'Columns'] as const] : []),
    ['files', 'Files'],
    ...(after.fileColumn !== null || before.fileColumn !== null ? [['pictures', 'Pictures'] as const] : []),
  ];
}

function usePart(pair: Pair): Part {
  const [query] = useQueryString();
  const parts = partsOf(pair);
  const usual: Part = pair.after.fileColumn === null ? (parts[0]?.[0] ?? 'files') : 'pictures';
  return parts.find(([name]) => name === query.get('part'))?.[0] ?? usual;
}

function Differences({ before, after }: Pair) {
  const [, setQuery] = useQueryString();
  const part = usePart({ before, after });
  return (
    <SegmentedChoice
      label="What to compare"
      chosen={part}
      options={partsOf({ before, after })}
      onChoose={(next) => setQuery({ part: next })}
    />
  );
}

function DiffBody({ before, after }: Pair) {
  const part = usePart({ before, after });
  const diff = useQuery(
    orpc.datasets.diff.queryOptions({
      input: {
        dataset: after.datasetName,
        version: after.version,
        before: before.version,
        limit: 1000,
      },
    }),
  );
  return (
    <div className={styles.body}>
      {part === 'files' || part === 'pictures' ? (
        <>
          {diff.error ? <ErrorNotice error={diff.error} onRetry={() => void diff.refetch()} /> : null}
          {diff.data ? (
            <>
              <p className={styles.answer}>{fileAnswer(diff.data)}</p>
              {part === 'files' ? (
                <FileDifferences diff={diff.data} />
              ) : (
                <PictureDifferences diff={diff.data} />
              )}
            </>
          ) : diff.error ? null : (
            <p className={screen.waiting}>Comparing the manifests</p>
          )}
        </>
      ) : (
        <WithTableDiff before={before} after={after}>
          {(result) => (part === 'rows' ? <RowDifferences diff={result} /> : <DriftList diff={result} />)}
        </WithTableDiff>
      )}
    </div>
  );
}

function fileAnswer({ counts, sharedBytes, before, after }: VersionDiff): string {
  const { added, removed, changed, renamed } = counts;
  const parts = [
    added > 0 ? `${counted(added, 'file')} added` : null,
    removed > 0 ? `${removed} removed` : null,
    changed > 0 ? `${changed} changed` : null,
    renamed > 0 ? `${renamed} renamed` : null,
  ].filter(Boolean);
  const shared = after.sizeBytes === 0 ? 0 : sharedBytes / after.sizeBytes;
  return `${parts.length === 0 ? 'No file differs' : parts.join(', ')}. v${after.version} shares ${formatPercent(shared)} of its bytes with v${before.version}.`;
}
