import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { checkTitle } from '../../../../app/contract/data-check-words.ts';
import type { CheckOutcome } from '../../../../app/contract/data-checks.contract.ts';
import type { DatasetVersion } from '../../../../app/contract/datasets.contract.ts';
import { client } from '../../../client/orpc.ts';
import { Button } from '../../../components/button.tsx';
import { Dialog, DialogFooter } from '../../../components/dialog.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { Field } from '../../../components/field.tsx';
import { SegmentedChoice } from '../../../components/segments.tsx';
import { StateMark } from '../../../components/state-mark.tsx';
import styles from '../data.module.css';
import { type CheckDraft, checkKinds, emptyDraft, readDraft } from './check-draft.ts';
import { CheckFields } from './check-fields.tsx';
import { OutcomeDetail } from './outcome-detail.tsx';

interface CheckFormProps {
  readonly version: DatasetVersion;
  readonly onClose: () => void;
  readonly onAdded: () => unknown;
}

/** Adds one check to a data set; it can be tried on the version first. */
export function CheckForm({ version, onClose, onAdded }: CheckFormProps) {
  const [draft, setDraft] = useState<CheckDraft>(emptyDraft(version.columns));
  const [severity, setSeverity] = useState<'block' | 'warn'>('block');
  const [asked, setAsked] = useState(false);
  const { check, problem } = readDraft(draft, version.columns);
  const dataset = version.datasetName;
  const add = useMutation({
    mutationFn: async () => {
      if (check) await client.dataChecks.addExpectation({ dataset, severity, check });
    },
    onSuccess: () => {
      onAdded();
      onClose();
    },
  });
  const attempt = useMutation({
    mutationFn: async (): Promise<CheckOutcome | null> => {
      if (!check) return null;
      const drafts = [{ severity, check }];
      const report = await client.dataChecks.check({ dataset, version: version.version, drafts });
      return report.outcomes[0] ?? null;
    },
  });
  const change = (part: Partial<CheckDraft>) => {
    setDraft((before) => ({ ...before, ...part }));
    attempt.reset();
  };
  return (
    <Dialog opened title={`Add a check to ${dataset}`} onClose={onClose} size={560}>
      <form
        className={styles.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setAsked(true);
          if (check && !add.isPending) add.mutate();
        }}
      >
        <Field label="What to check">
          {(field) => (
            <select
              {...field}
              data-autofocus
              value={draft.kind}
              onChange={({ target }) => change({ kind: target.value as CheckDraft['kind'] })}
            >
              {checkKinds.map(([kind, words]) => (
                <option key={kind} value={kind}>
                  {words}
                </option>
              ))}
            </select>
          )}
        </Field>
        <CheckFields version={version} draft={draft} onChange={change} />
        <div>
          <SegmentedChoice
            label="If it does not pass"
            chosen={severity}
            options={[
              ['block', 'Block imports and runs'],
              ['warn', 'Only warn'],
            ]}
            onChoose={setSeverity}
          />
        </div>
        {check ? <p role="status">It says: {checkTitle(check)}.</p> : null}
        {problem && asked ? <p className={styles.problem}>{problem}</p> : null}
        {attempt.data ? (
          <div>
            <p className={styles.verdict}>
              <StateMark state={attempt.data.state === 'passed' ? 'done' : 'failed'} />
              {attempt.data.message}
            </p>
            <OutcomeDetail outcome={attempt.data} />
          </div>
        ) : null}
        {add.error || attempt.error ? <ErrorNotice error={add.error ?? attempt.error} /> : null}
        <DialogFooter note="It runs at every import and before training.">
          <Button
            disabled={attempt.isPending}
            onClick={() => {
              setAsked(true);
              if (check) attempt.mutate();
            }}
          >
            {attempt.isPending ? 'Trying' : `Try on v${version.version}`}
          </Button>
          <Button variant="quiet" onClick={onClose}>
            Cancel
          </Button>
          <Button variant="primary" type="submit" disabled={add.isPending}>
            Add the check
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}
