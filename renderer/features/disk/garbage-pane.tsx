import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { Job } from '../../../app/contract/jobs.contract.ts';
import type { Collection, DiskMap } from '../../../app/contract/storage.contract.ts';
import { client } from '../../client/orpc.ts';
import { Button } from '../../components/button.tsx';
import { Dialog, DialogFooter } from '../../components/dialog.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Field } from '../../components/field.tsx';
import { counted, formatBytes } from '../../components/format.ts';
import { notify } from '../../components/notify.ts';
import { Pane } from '../../components/pane.tsx';
import screen from '../../components/screen.module.css';
import { TimeText } from '../../components/time-text.tsx';
import { JobProgress } from '../data/job-progress.tsx';
import styles from './disk.module.css';

const DAY_MS = 24 * 60 * 60 * 1000;
const graces = [
  { ms: 14 * DAY_MS, words: 'two weeks ago' },
  { ms: DAY_MS, words: 'a day ago' },
  { ms: 0, words: 'at any time: there is no Undo any more' },
] as const;

interface GarbagePaneProps {
  readonly store: DiskMap['store'];
  readonly onCollected: () => void;
}

/** What nothing needs any more, and the way to free it: first it is shown what that would free. */
export function GarbagePane({ store, onCollected }: GarbagePaneProps) {
  const [asking, setAsking] = useState(false);
  return (
    <Pane title="Garbage">
      <div className={styles.pad}>
        <dl className={screen.pairs}>
          <dt>Kept for what was deleted</dt>
          <dd>{formatBytes(store.deletedBytes)}</dd>
          <dt>Needed by nothing</dt>
          <dd>{formatBytes(store.unreferencedBytes)}</dd>
        </dl>
        <p className={styles.note}>What was deleted can be restored until it is collected.</p>
        <Button size="small" onClick={() => setAsking(true)}>
          Collect garbage…
        </Button>
      </div>
      {asking ? (
        <CollectDialog
          onClose={() => setAsking(false)}
          onCollected={(freedBytes) => {
            setAsking(false);
            notify.done(`Freed ${formatBytes(freedBytes)}`);
            onCollected();
          }}
        />
      ) : null}
    </Pane>
  );
}

interface CollectDialogProps {
  readonly onClose: () => void;
  readonly onCollected: (freedBytes: number) => void;
}

function CollectDialog({ onClose, onCollected }: CollectDialogProps) {
  const [graceMs, setGraceMs] = useState<number>(graces[0].ms);
  const [tried, setTried] = useState<Collection | null>(null);
  const start = useMutation({
    mutationFn: (dryRun: boolean) => client.storage.collect({ graceMs, dryRun }),
  });
  const onEnd = ({ state, result }: Job) => {
    start.reset();
    if (state !== 'finished') return;
    const collection = result as Collection;
    if (collection.dryRun) setTried(collection);
    else onCollected(collection.freedBytes);
  };
  return (
    <Dialog opened title="Collect garbage?" onClose={onClose} size={520}>
      <Field
        label="Free what was deleted, or left over, earlier than"
        help="Later deletions stay restorable."
      >
        {(control) => (
          <select
            {...control}
            value={graceMs}
            onChange={({ target }) => {
              setGraceMs(Number(target.value));
              setTried(null);
            }}
          >
            {graces.map(({ ms, words }) => (
              <option key={ms} value={ms}>
                {words}
              </option>
            ))}
          </select>
        )}
      </Field>
      {tried ? <Outcome tried={tried} /> : null}
      {start.error ? <ErrorNotice error={start.error} /> : null}
      {start.data ? <JobProgress key={start.data.id} job={start.data} onEnd={onEnd} /> : null}
      <DialogFooter>
        <Button variant="quiet" onClick={onClose}>
          Cancel
        </Button>
        {tried === null ? (
          <Button disabled={start.isPending || start.data !== undefined} onClick={() => start.mutate(true)}>
            Show what that frees
          </Button>
        ) : (
          <Button
            variant="danger"
            disabled={
              start.isPending || start.data !== undefined || tried.freedBytes + tried.purged.length === 0
            }
            onClick={() => start.mutate(false)}
          >
            Free {formatBytes(tried.freedBytes)} for good
          </Button>
        )}
      </DialogFooter>
    </Dialog>
  );
}

function Outcome({ tried }: { readonly tried: Collection }) {
  const { purged, freedBytes, nextAt } = tried;
  return (
    <div className={styles.outcome}>
      <p>
        {freedBytes + purged.length === 0
          ? 'There is nothing to free.'
          : `This frees ${formatBytes(freedBytes)}${purged.length > 0 ? ` and gives up ${counted(purged.length, 'deleted thing')} for good` : ''}.`}
        {nextAt === null ? null : (
          <>
            {' '}
            More can go from <TimeText at={nextAt} /> on.
          </>
        )}
      </p>
      {purged.length > 0 ? (
        <ul>
          {purged.slice(0, 20).map(({ kind, id, name }) => (
            <li key={`${kind}:${id}`}>{name}</li>
          ))}
          {purged.length > 20 ? <li>and {purged.length - 20} more</li> : null}
        </ul>
      ) : null}
    </div>
  );
}
