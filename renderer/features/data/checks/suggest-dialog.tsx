import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { checkTitle } from '../../../../app/contract/data-check-words.ts';
import type { DatasetVersion } from '../../../../app/contract/datasets.contract.ts';
import type { Outputs } from '../../../../app/contract/index.ts';
import { client, orpc } from '../../../client/orpc.ts';
import { Button } from '../../../components/button.tsx';
import { Dialog, DialogFooter } from '../../../components/dialog.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { counted } from '../../../components/format.ts';
import screen from '../../../components/screen.module.css';
import styles from './checks.module.css';

interface SuggestDialogProps {
  readonly version: DatasetVersion;
  readonly onClose: () => void;
  readonly onAdded: () => unknown;
}

/** Checks that a version meets and the next ones should; those that are marked are added. */
export function SuggestDialog({ version, onClose, onAdded }: SuggestDialogProps) {
  const dataset = version.datasetName;
  const drafts = useQuery({
    ...orpc.dataChecks.suggestExpectations.queryOptions({ input: { dataset, version: version.version } }),
    staleTime: 0,
  });
  return (
    <Dialog opened title={`Which checks should ${dataset} carry?`} onClose={onClose} size={640}>
      {drafts.error ? <ErrorNotice error={drafts.error} /> : null}
      {drafts.data ? (
        <Choice dataset={dataset} drafts={drafts.data} onClose={onClose} onAdded={onAdded} />
      ) : (
        <p className={screen.waiting}>Looking at v{version.version}</p>
      )}
    </Dialog>
  );
}

interface ChoiceProps {
  readonly dataset: string;
  readonly drafts: Outputs['dataChecks']['suggestExpectations'];
  readonly onClose: () => void;
  readonly onAdded: () => unknown;
}

function Choice({ dataset, drafts, onClose, onAdded }: ChoiceProps) {
  const [left, setLeft] = useState<ReadonlySet<number>>(new Set());
  const taken = drafts.filter((_, index) => !left.has(index));
  const add = useMutation({
    mutationFn: async () => {
      for (const { severity, check } of taken)
        await client.dataChecks.addExpectation({ dataset, severity, check });
    },
    onSuccess: onClose,
    onSettled: onAdded,
  });
  const toggle = (index: number) => {
    const next = new Set(left);
    if (!next.delete(index)) next.add(index);
    setLeft(next);
  };
  if (drafts.length === 0) return <p className={screen.waiting}>Nothing that it does not carry already.</p>;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        add.mutate();
      }}
    >
      <ul className={styles.suggestions}>
        {drafts.map(({ check, severity, reason }, index) => (
          <li key={`${check.kind} ${checkTitle(check)}`}>
            <label>
              <input type="checkbox" checked={!left.has(index)} onChange={() => toggle(index)} />
              <span>
                <b>{checkTitle(check)}</b> <small>{severity === 'block' ? 'blocks' : 'warns'}</small>
                <small>{reason}</small>
              </span>
            </label>
          </li>
        ))}
      </ul>
      {add.error ? <ErrorNotice error={add.error} /> : null}
      <DialogFooter note="They are made from what this version holds.">
        <Button variant="quiet" onClick={() => setLeft(left.size === 0 ? new Set(drafts.keys()) : new Set())}>
          {left.size === 0 ? 'Mark none' : 'Mark all'}
        </Button>
        <Button variant="quiet" onClick={onClose}>
          Cancel
        </Button>
        <Button variant="primary" type="submit" disabled={taken.length === 0 || add.isPending}>
          Add {counted(taken.length, 'check')}
        </Button>
      </DialogFooter>
    </form>
  );
}
