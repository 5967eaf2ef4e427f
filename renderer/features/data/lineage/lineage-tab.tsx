import type { DatasetVersion } from '../../../../app/contract/datasets.contract.ts';
import { SegmentedChoice } from '../../../components/segments.tsx';
import { useQueryString } from '../../../shell/router.ts';
import styles from './lineage.module.css';
import { LineageView } from './lineage-view.tsx';

/** What led to a version, and what came of it. */
export function LineageTab({ version }: { readonly version: DatasetVersion }) {
  const [query, setQuery] = useQueryString();
  const all = query.get('of') === 'all';
  return (
    <div className={styles.tab}>
      <div className={styles.tools}>
        <SegmentedChoice
          label="Lineage of"
          chosen={all ? 'all' : 'one'}
          options={[
            ['one', `v${version.version}`],
            ['all', 'All versions'],
          ]}
          onChoose={(next) => setQuery({ of: next === 'all' ? 'all' : null })}
        />
      </div>
      <LineageView of={{ dataset: version.datasetName, ...(all ? {} : { version: version.version }) }} />
    </div>
  );
}
