import type { Artifact, RunDetail, Series } from '../../../app/contract/runs.contract.ts';
import { SegmentedTabs } from '../../components/segments.tsx';
import { useQueryString } from '../../shell/router.ts';
import { ReproductionReport } from './reproduction-report.tsx';
import { RunArtifacts } from './run-artifacts.tsx';
import { RunCharts } from './run-charts.tsx';
import { RunCode } from './run-code.tsx';
import { RunLog } from './run-log.tsx';
import { SystemCharts } from './run-system.tsx';
import { type RunViewName, runViews } from './run-views.ts';
import styles from './runs.module.css';

interface RunViewProps {
  readonly run: RunDetail;
  readonly series: readonly Series[];
  readonly system: readonly Series[];
  readonly loading: boolean;
  readonly pulse: unknown;
  readonly onRegister: (artifact: Artifact) => void;
}

/** The middle of a run's page: its curves and log, or what else there is of it; which one is in the address. */
export function RunView({ run, series, system, loading, pulse, onRegister }: RunViewProps) {
  const [query, setQuery] = useQueryString();
  const views = runViews(run);
  const asked = query.get('view');
  const view: RunViewName = views.find(([name]) => name === asked)?.[0] ?? 'curves';
  return (
    <div className={styles.main} data-view={view}>
      <div className={styles.views}>
        <SegmentedTabs
          label="View"
          chosen={view}
          options={views}
          onChoose={(next) => setQuery({ view: next === 'curves' ? null : next, file: null })}
        />
      </div>
      {view === 'curves' ? (
        <>
          <RunCharts run={run} series={series} loading={loading} />
          <RunLog run={run} pulse={pulse} />
        </>
      ) : null}
      {view === 'system' ? <SystemCharts run={run} series={system} /> : null}
      {view === 'log' ? <RunLog run={run} pulse={pulse} tall /> : null}
      {view === 'artifacts' ? <RunArtifacts run={run} onRegister={onRegister} /> : null}
      {view === 'code' ? <RunCode run={run} /> : null}
      {view === 'reproduction' ? <ReproductionReport run={run} /> : null}
    </div>
  );
}
