import { useState } from 'react';
import { type SplitMethod, splitName } from '../../../../app/contract/data-splits.ts';
import type { DatasetVersion } from '../../../../app/contract/datasets.contract.ts';
import { client } from '../../../client/orpc.ts';
import { Button } from '../../../components/button.tsx';
import { Dialog, DialogFooter } from '../../../components/dialog.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { Field } from '../../../components/field.tsx';
import screen from '../../../components/screen.module.css';
import { SegmentedChoice } from '../../../components/segments.tsx';
import styles from '../data.module.css';
import { JobProgress } from '../job-progress.tsx';
import { useJob } from '../use-job.ts';
import { readParts } from './split-words.ts';

interface SplitFormProps {
  readonly version: DatasetVersion;
  readonly onClose: () => void;
  readonly onMade: () => unknown;
}

const usualParts = 'train 70, validation 15, test 15';

/** Makes a named split of a version's rows. */
export function SplitForm({ version, onClose, onMade }: SplitFormProps) {
  const [name, setName] = useState('');
  const [kind, setKind] = useState<SplitMethod['kind']>(version.labelColumn ? 'stratified' : 'random');
  const usual =
    kind === 'time' ? version.columns.find(({ type }) => type === 'time')?.name : version.labelColumn;
  const [chosen, setChosen] = useState<string | null>(null);
  const column = chosen ?? usual ?? version.columns.at(-1)?.name ?? '';
  const [shape, setShape] = useState<'parts' | 'folds'>('parts');
  const [partsText, setParts] = useState(usualParts);
  const [foldsText, setFolds] = useState('5');
  const [seedText, setSeed] = useState('7');
  const [together, setTogether] = useState(true);
  const [asked, setAsked] = useState(false);
  const parts = readParts(partsText);
  const folds = Number(foldsText);
  const seed = Number(seedText);
  const problems = {
    name: splitName.safeParse(name).error?.issues[0]?.message ?? null,
    parts: shape === 'parts' ? parts.problem : null,
    folds:
      shape === 'folds' && !(Number.isInteger(folds) && folds >= 2 && folds <= 100)
        ? 'Folds are a whole number from 2 to 100.'
        : null,
    seed: Number.isInteger(seed) && seed >= 0 && seed <= 4_294_967_295 ? null : 'A seed is a whole number.',
  };
  const ready = Object.values(problems).every((problem) => problem === null);
  const method: SplitMethod =
    kind === 'grouped' ? { kind, columns: [column] } : kind === 'random' ? { kind } : { kind, column };
  const { job, error, busy, begin, onEnd } = useJob(
    () =>
      client.dataChecks.makeSplit({
        dataset: version.datasetName,
        version: version.version,
        name: name.trim(),
        spec: {
          method,
          ...(shape === 'folds' ? { folds } : { parts: parts.parts ?? [] }),
          seed,
          duplicates: together ? 'together' : 'apart',
        },
      }),
    () => {
      onMade();
      onClose();
    },
  );
  const shown = (problem: string | null) => (asked ? problem : null);
  return (
    <Dialog opened title={`Split ${version.datasetName} v${version.version}`} onClose={onClose} size={540}>
      <form
        className={styles.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setAsked(true);
          if (ready && !busy) begin();
        }}
      >
        <Field label="Name" error={shown(problems.name)} help="Runs name it so">
          {(field) => (
            <input
              {...field}
              data-autofocus
              placeholder="standard"
              value={name}
              onChange={({ target }) => setName(target.value)}
            />
          )}
        </Field>
        <div>
          <SegmentedChoice
            label="How rows are told apart"
            chosen={kind}
            options={[
              ['random', 'Random'],
              ['stratified', 'Stratified'],
              ['grouped', 'Grouped'],
              ['time', 'By time'],
            ]}
            onChoose={(next) => {
              setKind(next);
              setChosen(null);
            }}
          />
        </div>
        {kind === 'random' ? null : (
          <Field label={columnLabels[kind]} help={columnHelp[kind]}>
            {(field) => (
              <select {...field} value={column} onChange={({ target }) => setChosen(target.value)}>
                {version.columns.map((one) => (
                  <option key={one.name}>{one.name}</option>
                ))}
              </select>
            )}
          </Field>
        )}
        <div>
          <SegmentedChoice
            label="Into what"
            chosen={shape}
            options={[
              ['parts', 'Parts'],
              ['folds', 'Folds'],
            ]}
            onChoose={setShape}
          />
        </div>
        {shape === 'parts' ? (
          <Field
            label="Parts, %"
            error={shown(problems.parts)}
            help="train, validation and test are what training by Lathe looks for"
          >
            {(field) => (
              <input
                {...field}
                spellCheck={false}
                value={partsText}
                onChange={({ target }) => setParts(target.value)}
              />
            )}
          </Field>
        ) : (
          <Field label="Folds" error={shown(problems.folds)} help="A run says which one it holds out">
            {(field) => (
              <input
                {...field}
                inputMode="numeric"
                value={foldsText}
                onChange={({ target }) => setFolds(target.value)}
              />
            )}
          </Field>
        )}
        {kind === 'time' ? null : (
          <Field label="Seed" error={shown(problems.seed)} help="The same seed gives the same split">
            {(field) => (
              <input
                {...field}
                inputMode="numeric"
                value={seedText}
                onChange={({ target }) => setSeed(target.value)}
              />
            )}
          </Field>
        )}
        {kind === 'random' || kind === 'stratified' ? (
          <label className={screen.check}>
            <input
              type="checkbox"
              checked={together}
              onChange={({ target }) => setTogether(target.checked)}
            />
            Keep equal rows in one part
          </label>
        ) : null}
        {error ? <ErrorNotice error={error} /> : null}
        {job ? <JobProgress key={job.id} job={job} onEnd={onEnd} /> : null}
        <DialogFooter
          note={busy ? 'It goes on when this closes.' : 'It never changes; leakage is looked for at once.'}
        >
          <Button variant="quiet" onClick={onClose}>
            {busy ? 'Close' : 'Cancel'}
          </Button>
          <Button variant="primary" type="submit" disabled={busy}>
            {busy ? 'Splitting' : 'Make the split'}
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}

const columnLabels = { stratified: 'Class', grouped: 'Group', time: 'Time' } as const;
const columnHelp = {
  stratified: 'Every part has each of its values in the same proportion',
  grouped: 'Rows with the same value stay in one part: all pictures of a patient, say',
  time: 'The first part has the earliest rows, the last the latest',
} as const;
