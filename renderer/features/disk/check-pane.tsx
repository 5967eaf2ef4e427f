import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { Damage, StoreCheck } from '../../../app/contract/storage.contract.ts';
import { client } from '../../client/orpc.ts';
import { Button } from '../../components/button.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { formatBytes } from '../../components/format.ts';
import { Pane } from '../../components/pane.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { JobProgress } from '../data/job-progress.tsx';
import styles from './disk.module.css';

/** Reads everything that is kept and compares it with its digests. */
export function CheckPane() {
  const [result, setResult] = useState<StoreCheck | null>(null);
  const start = useMutation({ mutationFn: (repair: boolean) => client.storage.check({ repair }) });
  const open = result?.damage.filter(({ repaired }) => repaired === null) ?? [];
  const busy = start.isPending || start.data !== undefined;
  return (
    <Pane title="Is it whole?">
      <div className={styles.pad}>
        {result === null ? (
          <p className={styles.note}>Reads everything that is kept and compares it with its digests.</p>
        ) : (
          <Verdict result={result} />
        )}
        {start.error ? <ErrorNotice error={start.error} /> : null}
        {start.data ? (
          <JobProgress
            key={start.data.id}
            job={start.data}
            onEnd={(job) => {
              if (job.state !== 'finished') return;
              setResult(job.result as StoreCheck);
              start.reset();
            }}
          />
        ) : null}
        <div className={styles.buttons}>
          <Button size="small" disabled={busy} onClick={() => start.mutate(false)}>
            Check
          </Button>
          {open.length > 0 ? (
            <Button size="small" disabled={busy} onClick={() => start.mutate(true)}>
              Repair
            </Button>
          ) : null}
        </div>
      </div>
    </Pane>
  );
}

function Verdict({ result }: { readonly result: StoreCheck }) {
  if (result.damage.length === 0) {
    return (
      <p className={styles.verdict}>
        <StateMark state="finished" /> Everything is whole: read {formatBytes(result.checkedBytes)}.
      </p>
    );
  }
  return (
    <ul className={styles.damage} aria-label="Damage">
      {result.damage.map((each) => (
        <DamageLine key={`${each.kind} ${each.name}`} damage={each} />
      ))}
    </ul>
  );
}

function DamageLine({ damage: { kind, name, reason, harms, repaired } }: { readonly damage: Damage }) {
  return (
    <li>
      <StateMark state={repaired === null ? 'failed' : 'finished'} />
      <div>
        <b>
          {kind} <code>{name}</code>
        </b>
        <p>{reason}</p>
        {harms.length > 0 ? <p>Harms {harms.map((each) => each.name).join(', ')}.</p> : null}
        <p>{repaired ?? 'Not mended.'}</p>
      </div>
    </li>
  );
}
