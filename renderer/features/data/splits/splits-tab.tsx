import { IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { DatasetSplit } from '../../../../app/contract/data-splits.ts';
import type { DatasetVersion } from '../../../../app/contract/datasets.contract.ts';
import { client, orpc } from '../../../client/orpc.ts';
import { Badge } from '../../../components/badge.tsx';
import { Button } from '../../../components/button.tsx';
import { EmptyState } from '../../../components/empty-state.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { counted, formatCount, formatPercent, shortDigest } from '../../../components/format.ts';
import { notify } from '../../../components/notify.ts';
import screen from '../../../components/screen.module.css';
import { TimeText } from '../../../components/time-text.tsx';
import { useTrainDialog } from '../../train/train-dialog.store.ts';
import { jobEnd } from '../job-end.ts';
import { Leakage } from './leakage.tsx';
import { SplitForm } from './split-form.tsx';
import { methodWords } from './split-words.ts';
import styles from './splits.module.css';

/** The named splits of a version: what is trained on, what is held out, and whether the one leaks into the other. */
export function SplitsTab({ version }: { readonly version: DatasetVersion }) {
  const [making, setMaking] = useState(false);
  const queries = useQueryClient();
  const of = { dataset: version.datasetName, version: version.version };
  const splits = useQuery(orpc.dataChecks.splits.queryOptions({ input: of }));
  const refresh = () => queries.invalidateQueries({ queryKey: orpc.dataChecks.key() });
  if (splits.error) return <ErrorNotice error={splits.error} onRetry={() => void splits.refetch()} />;
  if (!splits.data) return <p className={screen.waiting}>Reading the splits</p>;
  const make = (
    <Button
      variant="primary"
      icon={<IconPlus size={16} stroke={1.5} aria-hidden />}
      onClick={() => setMaking(true)}
    >
      Make a split
    </Button>
  );
  return (
    <div className={styles.tab}>
      {splits.data.length === 0 ? (
        <EmptyState
          title="A split says once which rows are learnt from and which are held out, so that runs can be compared."
          steps={[
            'Choose how rows are told apart: at random, by class, by group or by time',
            'What stands on both sides is looked for and shown',
            'Choose the split when training',
          ]}
          action={make}
          cost="Only row numbers are kept; the version does not change."
        />
      ) : (
        <>
          <div className={styles.tools}>
            <p>
              {counted(splits.data.length, 'split')} of v{version.version}. A split never changes.
            </p>
            {make}
          </div>
          {splits.data.map((split) => (
            <OneSplit key={split.name} version={version} split={split} onChange={refresh} />
          ))}
        </>
      )}
      {making ? <SplitForm version={version} onClose={() => setMaking(false)} onMade={refresh} /> : null}
    </div>
  );
}

interface OneSplitProps {
  readonly version: DatasetVersion;
  readonly split: DatasetSplit;
  readonly onChange: () => unknown;
}

function OneSplit({ version, split, onChange }: OneSplitProps) {
  const { name, spec, parts, digest, runs, createdAt, leakage, classes } = split;
  const of = { dataset: version.datasetName, version: version.version, name };
  const remove = useMutation({
    mutationFn: () => client.dataChecks.removeSplit(of),
    onSuccess: () => {
      onChange();
      notify.undo(`Removed the split ${name}`, async () => {
        await client.dataChecks
          .makeSplit({ ...of, spec })
          .then(jobEnd)
          .catch(notify.error);
        onChange();
      });
    },
  });
  return (
    <section className={styles.split} aria-label={`Split ${name}`}>
      <header>
        <h2>{name}</h2>
        <span>{methodWords(spec)}</span>
        <small>
          <code>{shortDigest(digest)}</code>, <TimeText at={createdAt} />
          {runs > 0 ? `, ${counted(runs, 'run')}` : ''}
        </small>
        <span className={styles.buttons}>
          <Button
            size="small"
            onClick={() =>
              useTrainDialog.getState().open({
                dataset: version.datasetName,
                version: version.version,
                split: name,
              })
            }
          >
            Train on it
          </Button>
          <Button
            size="small"
            variant="quiet"
            disabled={runs > 0 || remove.isPending}
            title={runs > 0 ? 'Runs were trained with it' : undefined}
            onClick={() => remove.mutate()}
          >
            Remove
          </Button>
        </span>
      </header>
      {remove.error ? <ErrorNotice error={remove.error} /> : null}
      <div className={styles.bar} aria-hidden>
        {parts.map((part, index) => (
          <i key={part.name} data-place={index % 4} style={{ flexGrow: part.rows }} />
        ))}
      </div>
      <ul className={styles.parts}>
        {parts.map((part, index) => (
          <li key={part.name}>
            <i data-place={index % 4} />
            <b>{part.name}</b> {counted(part.rows, 'row')} <small>{formatPercent(part.fraction)}</small>
          </li>
        ))}
      </ul>
      {classes ? <ClassTable parts={parts} classes={classes} /> : null}
      {leakage.leaks.length === 0 ? (
        <p className={styles.whole}>
          <Badge tone="finished">no leakage found</Badge>
        </p>
      ) : null}
      <Leakage version={version} split={split} />
    </section>
  );
}

interface ClassTableProps {
  readonly parts: DatasetSplit['parts'];
  readonly classes: NonNullable<DatasetSplit['classes']>;
}

/** How often each class stands in each part. */
function ClassTable({ parts, classes: { column, labels, counts, more } }: ClassTableProps) {
  return (
    <div className={styles.classes}>
      <table aria-label={`Classes of ${column} by part`}>
        <thead>
          <tr>
            <th scope="col">{column}</th>
            {parts.map(({ name }) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {labels.map((label, at) => (
            <tr key={String(label)}>
              <th scope="row">{label === null ? 'missing' : String(label)}</th>
              {parts.map(({ name, rows }, part) => {
                const count = counts[part]?.[at] ?? 0;
                return (
                  <td key={name}>
                    {formatCount(count)} <small>{formatPercent(rows === 0 ? 0 : count / rows)}</small>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {more > 0 ? <p>and {counted(more, 'more class', 'more classes')}</p> : null}
    </div>
  );
}
