import { useQuery } from '@tanstack/react-query';
import type { Reproduction } from '../../../app/contract/execution.ts';
import type { RunDetail } from '../../../app/contract/runs.contract.ts';
import { orpc } from '../../client/orpc.ts';
import { Badge } from '../../components/badge.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { counted as countOf, formatMetric } from '../../components/format.ts';
import screen from '../../components/screen.module.css';
import { StateMark } from '../../components/state-mark.tsx';
import { Link } from '../../shell/router.ts';
import styles from './run-report.module.css';

const tones = { identical: 'finished', close: 'warning', differs: 'failed', missing: 'failed' } as const;
const marks = {
  identical: 'finished',
  close: 'warning',
  differs: 'failed',
  pending: 'waiting',
  failed: 'failed',
} as const;

/** Whether a reproduction came out as its original: the verdict, metric by metric, and what about the machine differs. */
export function ReproductionReport({ run }: { readonly run: RunDetail }) {
  const report = useQuery(orpc.runs.reproduction.queryOptions({ input: { id: run.id } }));
  const original = useQuery({
    ...orpc.runs.get.queryOptions({ input: { run: run.reproducesRunId ?? '-' } }),
    enabled: run.reproducesRunId !== null,
  });
  if (report.error) return <ErrorNotice error={report.error} />;
  if (!report.data) return <p className={screen.waiting}>Comparing with the original</p>;
  const { verdict, metrics, environment } = report.data;
  return (
    <section className={styles.report} aria-label="Reproduction">
      <p className={styles.verdict}>
        <StateMark state={marks[verdict]} /> <b>{reproductionWords(report.data)}</b>
        <Link to={`/runs/${report.data.original}`}>{original.data?.name ?? 'the original'}</Link>
      </p>
      {metrics.length > 0 ? (
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">Metric</th>
              <th scope="col">Original</th>
              <th scope="col">Reproduced</th>
              <th scope="col">Differs from step</th>
              <th scope="col">Verdict</th>
            </tr>
          </thead>
          <tbody>
            {metrics.map(
              ({ key, original: before, reproduced, verdict: one, firstDifferentStep, timing }) => (
                <tr key={key}>
                  <th scope="row">{key}</th>
                  <td>{before === null ? '–' : formatMetric(Number(before))}</td>
                  <td>{reproduced === null ? '–' : formatMetric(Number(reproduced))}</td>
                  <td>{firstDifferentStep === null ? '–' : firstDifferentStep.toLocaleString('en-US')}</td>
                  <td>
                    {timing ? <Badge>a time, not counted</Badge> : <Badge tone={tones[one]}>{one}</Badge>}
                  </td>
                </tr>
              ),
            )}
          </tbody>
        </table>
      ) : null}
      <h2>
        {environment.length === 0
          ? 'Nothing about the environment differs.'
          : `${countOf(environment.length, 'fact')} of the environment ${environment.length === 1 ? 'differs' : 'differ'}`}
      </h2>
      {environment.length > 0 ? (
        <table className={styles.table}>
          <tbody>
            {environment.map(({ key, original: before, reproduced }) => (
              <tr key={key}>
                <th scope="row">{key}</th>
                <td>{before ?? '–'}</td>
                <td>{reproduced ?? '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
    </section>
  );
}

/** The answer in a sentence; how many metrics it is about is part of it. */
export function reproductionWords({ verdict, metrics }: Pick<Reproduction, 'verdict' | 'metrics'>): string {
  // Times and speeds are never the same twice.
  const counted = metrics.filter(({ timing }) => !timing);
  const off = counted.filter((one) => one.verdict !== 'identical').length;
  switch (verdict) {
    case 'identical':
      return `Reproduced: ${counted.length === 1 ? 'the metric is' : `all ${counted.length} metrics are`} identical at every step, as in`;
    case 'close':
      return `Reproduced within rounding: ${off} of ${counted.length} metrics are not identical with`;
    case 'differs':
      return `Not reproduced: ${off} of ${counted.length} metrics differ from`;
    case 'pending':
      return 'Not known before it has ended: a reproduction of';
    case 'failed':
      return 'The reproduction did not finish, so nothing can be said about';
  }
}
