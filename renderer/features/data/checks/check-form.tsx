import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { checkTitle } from '../../../../app/contract/data-check-words.ts';
import { type CheckOutcome, checkReport } from '../../../../app/contract/data-checks.contract.ts';
import type { DatasetVersion } from '../../../../app/contract/datasets.contract.ts';
import { client } from '../../../client/orpc.ts';
import { Button } from '../../../components/button.tsx';
import { Dialog, DialogFooter } from '../../../components/dialog.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { Field } from '../../../components/field.tsx';
import { SegmentedChoice } from '../../../components/segments.tsx';
import { StateMark } from '../../../components/state-mark.tsx';
import styles from '../data.module.css';
import { JobProgress } from '../job-progress.tsx';
import { useJob } from '../use-job.ts';
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
  /** What was tried last, and how it came out: another draft has no outcome yet. */
  const [tried, setTried] = useState<CheckDraft | null>(null);
  const [found, setFound] = useState<CheckOutcome | null>(null);
  const outcome = tried === draft ? found : null;
  const attempt = useJob(
    () =>
      client.dataChecks.check({
        dataset,
        version: version.version,
        drafts: check ? [{ severity, check }] : [],
      }),
    ({ result }) => setFound(checkReport.parse(result).outcomes[0] ?? null),
  );
  const change = (part: Partial<CheckDraft>) => {
    setDraft((before) => ({ ...before, ...part }));
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
        {outcome ? (
          <div>
            <p className={styles.verdict}>
              <StateMark state={outcome.state === 'passed' ? 'done' : 'failed'} />
              {outcome.message}
            </p>
            <OutcomeDetail outcome={outcome} />
          </div>
        ) : null}
        {add.error || attempt.error ? <ErrorNotice error={add.error ?? attempt.error} /> : null}
        {attempt.job && attempt.job.state !== 'finished' ? (
          <JobProgress key={attempt.job.id} job={attempt.job} onEnd={attempt.onEnd} />
        ) : null}
        <DialogFooter note="It runs at every import and before training.">
          <Button
            disabled={attempt.busy}
            onClick={() => {
              setAsked(true);
              if (!check) return;
              setTried(draft);
              setFound(null);
              attempt.begin();
            }}
          >
            {attempt.busy ? 'Trying' : `Try on v${version.version}`}
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
