import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { objectName } from '../../../app/contract/ids.ts';
import { orpc } from '../../client/orpc.ts';
import { Button } from '../../components/button.tsx';
import { Dialog, DialogFooter } from '../../components/dialog.tsx';
import { Field } from '../../components/field.tsx';
import { counted } from '../../components/format.ts';
import type { MarkedRuns } from './table/marked-runs.ts';

interface MoveDialogProps {
  readonly runs: MarkedRuns;
  /** Gets the name of the experiment, which may be a new one. */
  readonly onMove: (experiment: string) => void;
  readonly onClose: () => void;
}

/** Asks which experiment the marked runs belong to. */
export function MoveDialog({ runs, onMove, onClose }: MoveDialogProps) {
  const experiments = useQuery(orpc.runs.experiments.queryOptions({ input: {} })).data ?? [];
  const [name, setName] = useState('');
  const list = useId();
  const wanted = name.trim();
  const read = objectName.safeParse(wanted);
  const known = experiments.find((experiment) => experiment.name === wanted);
  const error = wanted !== '' && !read.success && !known ? (read.error.issues[0]?.message ?? null) : null;
  const ready = known !== undefined || read.success;
  const help =
    wanted === ''
      ? 'The name of an experiment of this project, or a new one.'
      : known
        ? `It has ${counted(known.runs, 'run')} now.`
        : 'A new experiment of this name is made.';
  return (
    <Dialog opened title={`Where do ${counted(runs.size, 'run')} belong?`} onClose={onClose} size={420}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!ready) return;
          onMove(wanted);
          onClose();
        }}
      >
        <Field label="Experiment" help={help} error={error}>
          {(control) => (
            <input
              {...control}
              data-autofocus
              list={list}
              value={name}
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <datalist id={list}>
          {experiments.map((experiment) => (
            <option key={experiment.id} value={experiment.name}>
              {counted(experiment.runs, 'run')}
            </option>
          ))}
        </datalist>
        <DialogFooter note="Parameters, metrics and files stay as they are.">
          <Button variant="primary" type="submit" disabled={!ready}>
            Move
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}
