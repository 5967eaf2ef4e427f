import { useState } from 'react';
import {
  type DatasetSplit,
  type Leak,
  type LeakageReport,
  leakageReport,
} from '../../../../app/contract/data-splits.ts';
import type { DatasetVersion } from '../../../../app/contract/datasets.contract.ts';
import { client } from '../../../client/orpc.ts';
import { Button } from '../../../components/button.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { formatCount } from '../../../components/format.ts';
import { StateMark } from '../../../components/state-mark.tsx';
import { JobProgress } from '../job-progress.tsx';
import { useJob } from '../use-job.ts';
import styles from './splits.module.css';

interface LeakageProps {
  readonly version: DatasetVersion;
  readonly split: DatasetSplit;
}

/** What stands on both sides of a split, with examples, and a way to look again by columns that a person names. */
export function Leakage({ version, split }: LeakageProps) {
  const [group, setGroup] = useState('');
  const [time, setTime] = useState('');
  const [found, setFound] = useState<LeakageReport | null>(null);
  const { job, error, busy, begin, onEnd } = useJob(
    () =>
      client.dataChecks.leakage({
        dataset: version.datasetName,
        version: version.version,
        name: split.name,
        ...(group && { groups: [group] }),
        ...(time && { time }),
      }),
    ({ result }) => setFound(leakageReport.parse(result)),
  );
  const leaks = found?.leaks ?? split.leakage.leaks;
  const column = (label: string, value: string, onChange: (value: string) => void) => (
    <label>
      {label}{' '}
      <select value={value} onChange={({ target }) => onChange(target.value)}>
        <option value="">–</option>
        {version.columns.map(({ name }) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  );
  return (
    <>
      {leaks.length > 0 ? (
        <ul className={styles.leaks}>
          {leaks.map((leak) => (
            <OneLeak key={`${leak.kind} ${leak.columns.join(' ')}`} leak={leak} />
          ))}
        </ul>
      ) : found ? (
        <p className={styles.whole}>Nothing leaks by these columns either.</p>
      ) : null}
      <form
        className={styles.again}
        onSubmit={(event) => {
          event.preventDefault();
          begin();
        }}
      >
        <span>Look for leakage</span>
        {column('by groups in', group, setGroup)}
        {column('by time in', time, setTime)}
        <Button size="small" type="submit" disabled={busy || (group === '' && time === '')}>
          {busy ? 'Looking' : 'Look again'}
        </Button>
      </form>
      {error ? <ErrorNotice error={error} /> : null}
      {job && job.state !== 'finished' ? <JobProgress key={job.id} job={job} onEnd={onEnd} /> : null}
    </>
  );
}

function OneLeak({ leak: { severity, message, nextStep, examples, rows } }: { readonly leak: Leak }) {
  const names = [...new Set(examples.flatMap(({ cells }) => Object.keys(cells)))].slice(0, 8);
  return (
    <li>
      <StateMark state={severity === 'leak' ? 'failed' : 'warning'} />
      <div>
        <p>
          <b>{message}</b> <small>{formatCount(rows)} rows</small>
        </p>
        <p>{nextStep}</p>
        {examples.length > 0 ? (
          <details>
            <summary>Examples</summary>
            <div className={styles.examples}>
              <table>
                <thead>
                  <tr>
                    <th scope="col">one row</th>
                    <th scope="col">the other</th>
                    {names.map((name) => (
                      <th key={name} scope="col">
                        {name}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {examples.map(({ one, other, cells }) => (
                    <tr key={`${one.row} ${other.row}`}>
                      <td>
                        {formatCount(one.row + 1)} in {one.part}
                      </td>
                      <td>
                        {formatCount(other.row + 1)} in {other.part}
                      </td>
                      {names.map((name) => (
                        <td key={name}>{cells[name] === null ? 'missing' : String(cells[name] ?? '')}</td>
                      ))}
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </details>
        ) : null}
      </div>
    </li>
  );
}
