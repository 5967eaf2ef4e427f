import { useQuery } from '@tanstack/react-query';
import type { DatasetVersion } from '../../../app/contract/datasets.contract.ts';
import { orpc } from '../../client/orpc.ts';
import { counted } from '../../components/format.ts';
import screen from '../../components/screen.module.css';
import { StateMark } from '../../components/state-mark.tsx';
import styles from './train.module.css';

interface DataChecksProps {
  readonly version: DatasetVersion;
  readonly overridden: boolean;
  readonly onOverride: (override: boolean) => void;
}

/** Checks of the data that did not pass, said before the start; nothing where all passed. */
export function DataChecks({ version, overridden, onOverride }: DataChecksProps) {
  const results = useQuery(
    orpc.dataChecks.results.queryOptions({
      input: { dataset: version.datasetName, version: version.version },
    }),
  );
  const [report] = results.data ?? [];
  if (!report || report.failed === 0) return null;
  const failed = report.outcomes.filter(({ state }) => state !== 'passed');
  return (
    <section className={styles.panel} aria-label="Checks of the data">
      <p className={styles.panelHead} role="status">
        <b>
          {failed.length} of {counted(report.outcomes.length, 'check')} of {version.datasetName} v
          {version.version} did not pass
        </b>
      </p>
      <ul className={styles.unmet}>
        {failed.map(({ title, message, severity }) => (
          <li key={title}>
            <StateMark state={severity === 'block' ? 'failed' : 'warning'} />
            <span>
              {title}. <small>{message}</small>
            </span>
          </li>
        ))}
      </ul>
      {report.blocked ? (
        <label className={screen.check}>
          <input type="checkbox" checked={overridden} onChange={({ target }) => onOverride(target.checked)} />
          Train all the same; the run remembers it
        </label>
      ) : null}
    </section>
  );
}
