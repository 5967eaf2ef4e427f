import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { Comparison, Run } from '../../../app/contract/runs.contract.ts';
import { SharedCursor } from '../../charts/cursor.tsx';
import { CurveControls } from '../../charts/curve-controls.tsx';
import { viewFromQuery, viewToQuery } from '../../charts/curve-view.ts';
import { orpc } from '../../client/orpc.ts';
import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import screen from '../../components/screen.module.css';
import { navigate, useQueryString } from '../../shell/router.ts';
import { curvesOf } from '../runs/curve-groups.ts';
import { useSeries } from '../runs/use-series.ts';
import { compareVerdict } from '../runs/verdict.ts';
import styles from './compare.module.css';
import { CompareCharts, orderedCurves } from './compare-charts.tsx';
import { CompareLegend } from './compare-legend.tsx';
import { DifferenceTable } from './difference-table.tsx';
import { RunPicker } from './run-picker.tsx';

/** Runs side by side; which runs, which curve and how it is drawn are in the address. */
export function ComparePage() {
  const [query, setQuery] = useQueryString();
  const ids = useMemo(
    () =>
      (query.get('runs') ?? '')
        .split(',')
        .filter((id): id is Run['id'] => /^[0-9a-f]{32}$/.test(id))
        .slice(0, 100),
    [query],
  );
  const comparison = useQuery({
    ...orpc.runs.compare.queryOptions({ input: { runs: ids } }),
    enabled: ids.length > 0,
    placeholderData: (before) => before,
  });
  const setRuns = (next: readonly string[]) => setQuery({ runs: next.join(',') || null });
  if (ids.length === 0) {
    return (
      <div className={screen.page}>
        <PageHeader title="Compare" facts="pick two or more runs" />
        <EmptyState
          title="See which run is best, and why: curves, metrics, parameters, data and environment side by side."
          action={<RunPicker label="Add runs" chosen={[]} onChange={setRuns} primary />}
          steps={['Pick runs here, or mark them in Runs and press C', 'Read the verdict, then what differs']}
        />
      </div>
    );
  }
  if (comparison.error) {
    return (
      <div className={screen.page}>
        <PageHeader title="Compare" actions={<Button onClick={() => setRuns([])}>Start over</Button>} />
        <ErrorNotice error={comparison.error} />
      </div>
    );
  }
  if (!comparison.data) return <p className={screen.waiting}>Reading {ids.length} runs</p>;
  return <CompareView comparison={comparison.data} onRuns={setRuns} query={query} setQuery={setQuery} />;
}

interface CompareViewProps {
  readonly comparison: Comparison;
  readonly onRuns: (ids: readonly string[]) => void;
  readonly query: URLSearchParams;
  readonly setQuery: (change: Record<string, string | null>) => void;
}

function CompareView({ comparison, onRuns, query, setQuery }: CompareViewProps) {
  const { runs } = comparison;
  const { series, loading, error } = useSeries({ runs });
  const curves = useMemo(() => curvesOf(series), [series]);
  const keys = useMemo(() => orderedCurves(curves), [curves]);
  const chosen = query.get('curve');
  const key = chosen !== null && keys.includes(chosen) ? chosen : (keys[0] ?? null);
  const view = viewFromQuery(query);
  const [focused, setFocused] = useState<string | null>(null);
  const verdict = compareVerdict(runs);
  const ids = runs.map(({ id }) => id);
  return (
    <div className={screen.page}>
      <PageHeader
        title="Compare"
        facts={`${runs.length} ${runs.length === 1 ? 'run' : 'runs'}`}
        actions={
          <>
            <RunPicker label="Add runs" chosen={ids} onChange={onRuns} />
            {verdict.winner ? (
              <Button variant="primary" onClick={() => navigate(`/runs/${verdict.winner}`)}>
                Open the best
              </Button>
            ) : null}
          </>
        }
      />
      <div className={styles.verdict}>
        {runs.length < 2 ? (
          <p>
            <b>One run is no comparison yet.</b> Add another to see how they differ.
          </p>
        ) : (
          <>
            <p>
              <b>{verdict.headline}</b> {verdict.rest}
            </p>
            <p>{verdict.detail}</p>
          </>
        )}
      </div>
      <WhyDifferent comparison={comparison} />
      <SharedCursor>
        <div className={styles.columns}>
          <CompareLegend
            runs={runs}
            curves={curves}
            curveKey={key}
            axis={view.axis}
            smoothing={view.smoothing}
            focused={focused}
            onFocus={setFocused}
            onRemove={(id) => onRuns(ids.filter((other) => other !== id))}
          />
          <section className={styles.curves} aria-label="Curves">
            <CurveControls view={view} onChange={(next) => setQuery(viewToQuery(next))} />
            {error ? <ErrorNotice error={error} /> : null}
            {key === null ? (
              <p className={screen.waiting}>
                {loading ? 'Reading curves' : 'These runs recorded no curves.'}
              </p>
            ) : (
              <CompareCharts
                runs={runs}
                curves={curves}
                keys={keys}
                mainKey={key}
                view={view}
                focused={focused}
                onMain={(curve) => setQuery({ curve })}
              />
            )}
          </section>
          <DifferenceTable comparison={comparison} query={query} setQuery={setQuery} />
        </div>
      </SharedCursor>
    </div>
  );
}

/** The strip that names what differs, most telling first: parameters, data, environment. */
function WhyDifferent({ comparison }: { readonly comparison: Comparison }) {
  const cells = [
    ...comparison.params.filter(({ differs }) => differs).map((row) => ({ ...row, name: row.key })),
    ...comparison.inputs.filter(({ differs }) => differs).map((row) => ({ ...row, name: `data ${row.key}` })),
  ].slice(0, 6);
  const same = [
    { name: 'data', rows: comparison.inputs },
    { name: 'environment', rows: comparison.environment },
  ].map(({ name, rows }) => {
    const count = rows.filter(({ differs }) => differs).length;
    return { name, words: count === 0 ? 'same' : `${count} of ${rows.length} differ`, differs: count > 0 };
  });
  if (comparison.runs.length < 2) return null;
  return (
    <div className={styles.why}>
      <div className={styles.whyTitle}>
        Why different
        <span>{cells.length === 0 ? 'nothing recorded differs' : 'parameters first'}</span>
      </div>
      {cells.map(({ name, values }) => (
        <div key={name} data-differs>
          <span>{name}</span>
          <b title={values.map(String).join(' · ')}>{shortValues(values)}</b>
        </div>
      ))}
      {same.map(({ name, words, differs }) => (
        <div key={name} data-same={!differs || undefined} className={styles.whyOptional}>
          <span>{name}</span>
          <b>{words}</b>
        </div>
      ))}
    </div>
  );
}

/** Up to three distinct values in order, then how many more there are. */
function shortValues(values: readonly unknown[]): string {
  const distinct = [...new Set(values.map((value) => (value === null ? '–' : String(value))))];
  const shown = distinct.slice(0, 3).join(values.length === 2 ? ' → ' : ' · ');
  return distinct.length > 3 ? `${shown} and ${distinct.length - 3} more` : shown;
}
