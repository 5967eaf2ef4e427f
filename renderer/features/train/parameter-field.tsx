import { useId } from 'react';
import type { Column } from '../../../app/contract/datasets.contract.ts';
import type { TemplateParameter } from '../../../app/contract/training.contract.ts';
import styles from './train.module.css';
import { parameterHelp } from './train-form.ts';

interface ParameterFieldProps {
  readonly parameter: TemplateParameter;
  readonly columns: readonly Column[];
  readonly text: string;
  readonly problem: string | null;
  readonly onChange: (text: string) => void;
}

/** One parameter of a template as a field, made from its declaration. */
export function ParameterField({ parameter, columns, text, problem, onChange }: ParameterFieldProps) {
  const id = useId();
  const { key, type } = parameter;
  const shared = {
    id,
    value: text,
    'aria-invalid': problem !== null,
    'aria-describedby': `${id}-help`,
  };
  const options =
    type === 'column'
      ? columns.map(({ name, type: of }) => ({ value: name, label: `${name} (${of})` }))
      : type === 'choice'
        ? (parameter.choices ?? []).map((value) => ({ value, label: value }))
        : type === 'boolean'
          ? [
              { value: 'true', label: 'yes' },
              { value: 'false', label: 'no' },
            ]
          : null;
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{type === 'column' && key === 'target' ? 'Target column' : key}</label>
      {options ? (
        <select {...shared} onChange={(event) => onChange(event.target.value)}>
          {options.some(({ value }) => value === text) ? null : (
            <option value={text}>{text || 'Choose'}</option>
          )}
          {options.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      ) : (
        <input
          {...shared}
          className={type === 'text' ? undefined : styles.mono}
          inputMode={type === 'integer' ? 'numeric' : type === 'number' ? 'decimal' : 'text'}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
      <small id={`${id}-help`} data-problem={problem !== null || undefined}>
        {problem ?? parameterHelp(parameter)}
      </small>
    </div>
  );
}
