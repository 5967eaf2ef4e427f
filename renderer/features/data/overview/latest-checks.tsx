import { useQuery } from '@tanstack/react-query';
import type { DatasetVersion } from '../../../../app/contract/datasets.contract.ts';
import { orpc } from '../../../client/orpc.ts';
import { counted } from '../../../components/format.ts';
import { StateMark } from '../../../components/state-mark.tsx';
import { TimeText } from '../../../components/time-text.tsx';
import { Link } from '../../../shell/router.ts';
import styles from './overview.module.css';

/** How the newest checks of a version came out, in a line. */
export function LatestChecks({ version }: { readonly version: DatasetVersion }) {
  const results = useQuery(
    orpc.dataChecks.results.queryOptions({
      input: { dataset: version.datasetName, version: version.version },
    }),
  );
  const splits = useQuery(
    orpc.dataChecks.splits.queryOptions({
      input: { dataset: version.datasetName, version: version.version },
    }),
  );
  const [report] = results.data ?? [];
  const address = (tab: string) =>
    `/data/${encodeURIComponent(version.datasetName)}?version=${version.version}&tab=${tab}`;
  const leaking = splits.data?.filter(({ leakage }) => leakage.leaks.length > 0) ?? [];
  return (
    <section aria-labelledby="checks">
      <h2 id="checks">Checks and splits</h2>
      <ul className={styles.lines}>
        <li>
          {report ? (
            <>
              <StateMark state={report.blocked ? 'failed' : report.failed > 0 ? 'warning' : 'done'} />
              <Link to={address('checks')}>
                {report.failed === 0
                  ? `${counted(report.outcomes.length, 'check')} passed`
                  : `${report.failed} of ${counted(report.outcomes.length, 'check')} did not pass`}
              </Link>
              <TimeText at={report.at} />
            </>
          ) : (
            <Link to={address('checks')}>No checks have run</Link>
          )}
        </li>
        <li>
          {splits.data && splits.data.length > 0 ? (
            <>
              <StateMark state={leaking.length > 0 ? 'warning' : 'done'} />
              <Link to={address('splits')}>
                {counted(splits.data.length, 'split')}: {splits.data.map(({ name }) => name).join(', ')}
              </Link>
              {leaking.length > 0 ? `${counted(leaking.length, 'of them leaks', 'of them leak')}` : null}
            </>
          ) : (
            <Link to={address('splits')}>No splits</Link>
          )}
        </li>
      </ul>
    </section>
  );
}
