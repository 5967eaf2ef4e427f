import { useQuery } from '@tanstack/react-query';
import type { Dataset } from '../../../app/contract/datasets.contract.ts';
import { orpc } from '../../client/orpc.ts';
import { Field } from '../../components/field.tsx';
import { counted } from '../../components/format.ts';
import { DataChecks } from './data-checks.tsx';
import { SplitFields } from './split-fields.tsx';
import styles from './train.module.css';
import type { ChosenData } from './train-draft.ts';
import type { InputSlot } from './train-subject.ts';

interface DataFieldsProps {
  readonly slot: InputSlot;
  /** Whether it is the only one, and needs no name of its own. */
  readonly only: boolean;
  readonly datasets: readonly Dataset[];
  readonly chosen: ChosenData | null;
  readonly problem: string | null;
  readonly onChange: (chosen: ChosenData | null) => void;
  readonly overrideChecks: boolean;
  readonly onOverride: (override: boolean) => void;
}

/** One data set that is read: which, which version and split of it, and what its checks say. */
export function DataFields(props: DataFieldsProps) {
  const { slot, only, datasets, chosen, problem, onChange } = props;
  const dataset = datasets.find(({ name, id }) => name === chosen?.dataset || id === chosen?.dataset);
  const versions = useQuery({
    ...orpc.datasets.versions.queryOptions({ input: { dataset: dataset?.name ?? '' } }),
    enabled: dataset !== undefined,
  });
  const version = versions.data?.find((one) => one.version === chosen?.version) ?? dataset?.latest;
  const label = only ? 'Data set' : `Data set for ${slot.name}`;
  const size =
    version === undefined
      ? slot.required
        ? 'The program needs one.'
        : 'The program can do without.'
      : version.rows === null
        ? 'Files'
        : `${counted(version.rows, 'row')}, ${counted(version.columns.length, 'column')}`;
  return (
    <>
      <div className={styles.pair}>
        <Field label={label} help={size} error={problem}>
          {(field) => (
            <select
              {...field}
              value={dataset?.name ?? ''}
              onChange={({ target: { value } }) =>
                onChange(value === '' ? null : { dataset: value, version: null })
              }
            >
              {slot.required && dataset ? null : (
                <option value="">{slot.required ? 'Choose' : 'none'}</option>
              )}
              {datasets.map(({ id, name }) => (
                <option key={id}>{name}</option>
              ))}
            </select>
          )}
        </Field>
        <Field
          label={only ? 'Version' : `Version for ${slot.name}`}
          help={version?.message || version?.source}
        >
          {(field) => (
            <select
              {...field}
              disabled={!dataset}
              value={version?.version ?? ''}
              onChange={({ target: { value } }) =>
                dataset && onChange({ dataset: dataset.name, version: Number(value) })
              }
            >
              {version ? null : <option value="">–</option>}
              {(versions.data ?? (version ? [version] : [])).map((one) => (
                <option key={one.id} value={one.version}>
                  v{one.version}
                  {one.id === dataset?.latest.id ? ', latest' : ''}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      {version && version.rows !== null ? (
        <>
          <SplitFields
            key={version.id}
            slot={only ? null : slot.name}
            version={version}
            chosen={chosen?.split ?? null}
            onChange={(split) =>
              onChange({
                dataset: version.datasetName,
                version: version.version,
                ...(split && { split }),
              })
            }
          />
          <DataChecks version={version} overridden={props.overrideChecks} onOverride={props.onOverride} />
        </>
      ) : null}
    </>
  );
}
