import { useQuery } from '@tanstack/react-query';
import { partsOfSplit, type SplitChoice } from '../../../app/contract/data-splits.ts';
import type { DatasetVersion } from '../../../app/contract/datasets.contract.ts';
import { orpc } from '../../client/orpc.ts';
import { Field } from '../../components/field.tsx';
import { formatPercent } from '../../components/format.ts';
import { StateMark } from '../../components/state-mark.tsx';
import styles from './train.module.css';

interface SplitFieldsProps {
  /** Name of the slot where there are several. */
  readonly slot: string | null;
  readonly version: DatasetVersion;
  readonly chosen: SplitChoice | null;
  readonly onChange: (split: SplitChoice | null) => void;
}

/** Which named split of a version is trained on, and which of its folds is held out; nothing where the version has none. */
export function SplitFields({ slot, version, chosen, onChange }: SplitFieldsProps) {
  const splits = useQuery(
    orpc.dataChecks.splits.queryOptions({
      input: { dataset: version.datasetName, version: version.version },
    }),
  );
  if (!splits.data || (splits.data.length === 0 && chosen === null)) return null;
  const split = splits.data.find(({ name }) => name === chosen?.name);
  const [leak] = split?.leakage.leaks ?? [];
  const help = split
    ? partsOfSplit(split.spec)
        .map(({ name, fraction }) => `${name} ${formatPercent(fraction)}`)
        .join(', ')
    : 'Without one, rows are held out at random by the run’s own seed';
  const folds = split?.spec.folds;
  return (
    <div className={styles.pair}>
      <Field
        label={slot ? `Split for ${slot}` : 'Split'}
        help={help}
        error={chosen && !split ? `v${version.version} has no split “${chosen.name}”. Choose another.` : null}
      >
        {(field) => (
          <select
            {...field}
            value={split?.name ?? ''}
            onChange={({ target }) => {
              const next = splits.data.find(({ name }) => name === target.value);
              onChange(next ? { name: next.name, ...(next.spec.folds && { fold: 1 }) } : null);
            }}
          >
            <option value="">none</option>
            {splits.data.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        )}
      </Field>
      {split && folds ? (
        <Field label="Fold that is held out">
          {(field) => (
            <select
              {...field}
              value={chosen?.fold ?? 1}
              onChange={({ target }) => onChange({ name: split.name, fold: Number(target.value) })}
            >
              {partsOfSplit(split.spec).map(({ name }, index) => (
                <option key={name} value={index + 1}>
                  {index + 1} of {folds}
                </option>
              ))}
            </select>
          )}
        </Field>
      ) : leak ? (
        <p className={styles.leak}>
          <StateMark state="warning" /> {leak.message}
        </p>
      ) : null}
    </div>
  );
}
