import { type ReactNode, useId, useMemo, useState } from 'react';
import type { TensorSpec } from '../../../app/contract/models.contract.ts';
import type { Tensor } from '../../../app/contract/serving.contract.ts';
import { Button } from '../../components/button.tsx';
import form from '../train/train.module.css';
import styles from './endpoints.module.css';
import { columnTensors, exampleFields } from './try-it.ts';

interface ColumnsTryProps {
  readonly inputs: readonly TensorSpec[];
  readonly onSend: (tensors: Tensor[]) => void;
  readonly result: ReactNode;
}

/** One field per column, filled with typical values; a number left empty counts as missing. */
export function ColumnsTry({ inputs, onSend, result }: ColumnsTryProps) {
  const prefix = useId();
  const examples = useMemo(() => exampleFields(inputs), [inputs]);
  const [edited, setEdited] = useState<Readonly<Record<string, string>>>({});
  const fields = { ...examples, ...edited };
  const { tensors, problems } = columnTensors(inputs, fields);
  const send = () => {
    if (Object.keys(problems).length === 0) onSend(tensors);
  };
  return (
    <form
      className={styles.columnsTry}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div>
        <div className={styles.fields}>
          {inputs.map(({ name, hint }) => {
            const set = (text: string) => setEdited({ ...edited, [name]: text });
            const range =
              hint?.min !== undefined && hint.max !== undefined ? `${hint.min} to ${hint.max}` : '';
            return (
              <div key={name} className={form.field}>
                <label htmlFor={`${prefix}-${name}`} title={name}>
                  {name}
                </label>
                {hint?.categories ? (
                  <select
                    id={`${prefix}-${name}`}
                    value={fields[name]}
                    onChange={(event) => set(event.target.value)}
                  >
                    {hint.categories.map((category) => (
                      <option key={category}>{category}</option>
                    ))}
                  </select>
                ) : (
                  <input
                    id={`${prefix}-${name}`}
                    className={form.mono}
                    inputMode="decimal"
                    value={fields[name]}
                    aria-invalid={problems[name] !== undefined}
                    onChange={(event) => set(event.target.value)}
                  />
                )}
                <small data-problem={problems[name] !== undefined || undefined}>
                  {problems[name] ?? range}
                </small>
              </div>
            );
          })}
        </div>
        <div className={styles.paging}>
          <Button variant="primary" type="submit" disabled={Object.keys(problems).length > 0}>
            Predict
          </Button>
          <Button variant="quiet" onClick={() => setEdited({})}>
            Typical values
          </Button>
        </div>
      </div>
      {result}
    </form>
  );
}
