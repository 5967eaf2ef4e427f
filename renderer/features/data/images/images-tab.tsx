import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { RowCondition } from '../../../../app/contract/data-tables.contract.ts';
import type { DatasetVersion } from '../../../../app/contract/datasets.contract.ts';
import { orpc } from '../../../client/orpc.ts';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { formatCount, formatPercent } from '../../../components/format.ts';
import { useQueryString } from '../../../shell/router.ts';
import { ImageGrid } from './image-grid.tsx';
import styles from './images.module.css';

/** In an address: the rows without a class. */
const missingClass = '~';

/** The pictures of a version, all or those of one class. */
export function ImagesTab({ version }: { readonly version: DatasetVersion }) {
  const [query, setQuery] = useQueryString();
  const { labelColumn } = version;
  const classes = useQuery({
    ...orpc.dataTables.classes.queryOptions({
      input: { dataset: version.datasetName, version: version.version, column: labelColumn ?? '' },
    }),
    enabled: labelColumn !== null,
  });
  const asked = labelColumn === null ? null : query.get('class');
  const chosen = classes.data?.classes.find(({ value }) => String(value) === asked);
  const where = useMemo((): readonly RowCondition[] | null => {
    if (asked === null || labelColumn === null) return [];
    if (asked === missingClass) return [{ column: labelColumn, is: 'missing', value: null }];
    return chosen ? [{ column: labelColumn, is: 'equal', value: chosen.value }] : null;
  }, [asked, labelColumn, chosen]);
  const choose = (value: string | null) => setQuery({ class: value, image: null });
  const missing = classes.data?.missing ?? 0;
  const most = Math.max(1, ...(classes.data?.classes ?? []).map(({ count }) => count));
  return (
    <div className={styles.tab} data-classes={labelColumn !== null || undefined}>
      {labelColumn === null ? null : (
        <nav className={styles.classes} aria-label="Classes">
          <button type="button" aria-current={asked === null || undefined} onClick={() => choose(null)}>
            <span>All pictures</span>
            <output>{formatCount(version.rows ?? 0)}</output>
            <small />
          </button>
          {classes.error ? <ErrorNotice error={classes.error} /> : null}
          {classes.data?.classes.map(({ value, count, share }) => (
            <button
              key={String(value)}
              type="button"
              aria-current={String(value) === asked || undefined}
              onClick={() => choose(String(value))}
            >
              <span>{String(value)}</span>
              <output>{formatCount(count)}</output>
              <small>{formatPercent(share)}</small>
              <i style={{ width: `${(count / most) * 100}%` }} />
            </button>
          ))}
          {missing > 0 ? (
            <button
              type="button"
              aria-current={asked === missingClass || undefined}
              onClick={() => choose(missingClass)}
            >
              <span>
                <em>no class</em>
              </span>
              <output>{formatCount(missing)}</output>
              <small />
            </button>
          ) : null}
          {classes.data && classes.data.distinct > classes.data.classes.length ? (
            <p>
              The {formatCount(classes.data.classes.length)} largest of {formatCount(classes.data.distinct)}.
            </p>
          ) : null}
        </nav>
      )}
      {where ? (
        <ImageGrid key={asked} version={version} where={where} />
      ) : classes.data ? (
        <p className={styles.none}>There is no class “{asked}” in this version.</p>
      ) : null}
    </div>
  );
}
