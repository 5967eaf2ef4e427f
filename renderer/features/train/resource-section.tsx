import { durationMs } from '../../../app/contract/recipe.ts';
import { Field } from '../../components/field.tsx';
import { formatDuration } from '../../components/format.ts';
import screen from '../../components/screen.module.css';
import type { ResourceTexts } from './resource-fields.ts';
import styles from './train.module.css';
import type { DraftProblems } from './train-draft.ts';
import type { TrainSubject } from './train-subject.ts';

interface ResourceSectionProps {
  readonly texts: ResourceTexts;
  readonly problems: DraftProblems;
  readonly recipe: TrainSubject['recipe'];
  readonly container: boolean;
  readonly onChange: (change: Partial<ResourceTexts>) => void;
}

/** What the run may use; an empty field is what the recipe says. */
export function ResourceSection({ texts, problems, recipe, container, onChange }: ResourceSectionProps) {
  const said = recipe?.resources;
  const fields = [
    { key: 'cpus', label: 'Cores', help: 'May be a fraction', placeholder: said?.cpus ?? 'any' },
    {
      key: 'memory',
      label: 'Memory',
      help: '8 GiB; more than that ends the run',
      placeholder: said?.memory === undefined ? 'no limit' : `${(said.memory / 2 ** 30).toFixed(1)} GiB`,
    },
    { key: 'gpus', label: 'GPUs', help: 'Of one kind, for this run alone', placeholder: said?.gpus ?? 0 },
    {
      key: 'time',
      label: 'Time limit',
      help: '90 min, 1h30m, 2d',
      placeholder: said?.time === undefined ? 'none' : formatDuration(durationMs(said.time)),
    },
    ...(container
      ? [
          {
            key: 'shm',
            label: 'Shared memory',
            help: 'Size of /dev/shm; data loaders use it',
            placeholder: said?.shm === undefined ? 'the engine’s' : `${(said.shm / 2 ** 30).toFixed(1)} GiB`,
          } as const,
        ]
      : []),
  ] as const;
  const gpus = texts.gpus.trim() === '' ? (said?.gpus ?? 0) : Number(texts.gpus);
  return (
    <>
      <div className={styles.four}>
        {fields.map(({ key, label, help, placeholder }) => (
          <Field key={key} label={label} help={help} error={problems[key] ?? null}>
            {(field) => (
              <input
                {...field}
                className={`${field.className} ${styles.monoControl}`}
                value={texts[key]}
                placeholder={String(placeholder)}
                onChange={(event) => onChange({ [key]: event.target.value })}
              />
            )}
          </Field>
        ))}
      </div>
      {gpus > 0 ? (
        <label className={`${screen.check} ${styles.under}`}>
          <input
            type="checkbox"
            checked={texts.shareGpus ?? said?.shareGpus ?? false}
            onChange={(event) => onChange({ shareGpus: event.target.checked })}
          />
          Other runs that share may use the same GPUs meanwhile
        </label>
      ) : null}
    </>
  );
}
