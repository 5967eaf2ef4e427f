import { Field } from '../../components/field.tsx';
import styles from './train.module.css';
import type { DraftProblems, TrainDraft } from './train-draft.ts';

interface IdentitySectionProps {
  readonly draft: TrainDraft;
  readonly problems: DraftProblems;
  /** What the experiment is called where nothing is typed. */
  readonly usualExperiment: string;
  readonly onChange: (change: Partial<TrainDraft>) => void;
}

/** What the run is called and where it belongs. */
export function IdentitySection({ draft, problems, usualExperiment, onChange }: IdentitySectionProps) {
  return (
    <div className={styles.three}>
      <Field label="Experiment" help="Groups runs" error={problems.experiment ?? null}>
        {(field) => (
          <input
            {...field}
            value={draft.experiment}
            placeholder={usualExperiment}
            onChange={(event) => onChange({ experiment: event.target.value })}
          />
        )}
      </Field>
      <Field label="Name of the run">
        {(field) => (
          <input
            {...field}
            maxLength={200}
            value={draft.name}
            placeholder="chosen for you"
            onChange={(event) => onChange({ name: event.target.value })}
          />
        )}
      </Field>
      <Field label="Tags" help="key=value, with commas between" error={problems.tags ?? null}>
        {(field) => (
          <input
            {...field}
            value={draft.tags}
            placeholder="purpose=width study"
            onChange={(event) => onChange({ tags: event.target.value })}
          />
        )}
      </Field>
    </div>
  );
}
