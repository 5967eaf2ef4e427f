import { IconPlus, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import type { RowCondition } from '../../../../app/contract/data-tables.contract.ts';
import type { Column } from '../../../../app/contract/datasets.contract.ts';
import { Button } from '../../../components/button.tsx';
import { type ConditionKind, cellFrom, conditionWords, takesValue } from './row-query.ts';
import styles from './table.module.css';

interface ConditionsProps {
  readonly columns: readonly Column[];
  readonly where: readonly RowCondition[];
  /** The column that a new condition begins with. */
  readonly usual: string | null;
  readonly onChange: (where: readonly RowCondition[]) => void;
}

const kindsOf = (type: Column['type']): readonly ConditionKind[] =>
  type === 'text'
    ? ['equal', 'not equal', 'contains', 'missing', 'present']
    : type === 'boolean'
      ? ['equal', 'missing', 'present']
      : ['equal', 'not equal', 'less', 'at most', 'more', 'at least', 'missing', 'present'];

/** The conditions that rows have to fulfil, and a way to add one. */
export function Conditions({ columns, where, usual, onChange }: ConditionsProps) {
  const [adding, setAdding] = useState(false);
  return (
    <>
      {where.map((condition, index) => (
        <span key={`${condition.column} ${condition.is} ${condition.value}`} className={styles.chip}>
          {condition.column} {conditionWords[condition.is]}
          {takesValue(condition.is) ? <b> {String(condition.value)}</b> : null}
          <button
            type="button"
            title="Remove the condition"
            onClick={() => onChange(where.filter((_, at) => at !== index))}
          >
            <IconX size={12} stroke={1.6} aria-hidden />
            <span className="sr-only">Remove the condition on {condition.column}</span>
          </button>
        </span>
      ))}
      {adding ? (
        <ConditionForm
          columns={columns}
          usual={usual}
          onAdd={(condition) => {
            onChange([...where, condition]);
            setAdding(false);
          }}
          onCancel={() => setAdding(false)}
        />
      ) : (
        <Button
          size="small"
          variant="quiet"
          icon={<IconPlus size={14} stroke={1.6} aria-hidden />}
          onClick={() => setAdding(true)}
        >
          Filter
        </Button>
      )}
    </>
  );
}

interface ConditionFormProps {
  readonly columns: readonly Column[];
  readonly usual: string | null;
  readonly onAdd: (condition: RowCondition) => void;
  readonly onCancel: () => void;
}

function ConditionForm({ columns, usual, onAdd, onCancel }: ConditionFormProps) {
  const [name, setName] = useState(usual ?? columns[0]?.name ?? '');
  const [wanted, setWanted] = useState<ConditionKind>('equal');
  const [text, setText] = useState('');
  const column = columns.find((one) => one.name === name) ?? columns[0];
  if (!column) return null;
  const kinds = kindsOf(column.type);
  const is = kinds.includes(wanted) ? wanted : 'equal';
  const value = takesValue(is) ? cellFrom(text, column, is) : null;
  const ready = !takesValue(is) || (value !== null && text !== '');
  return (
    <form
      className={styles.condition}
      onKeyDown={(event) => event.key === 'Escape' && onCancel()}
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) onAdd({ column: column.name, is, value });
      }}
    >
      <select aria-label="Column" value={column.name} onChange={({ target }) => setName(target.value)}>
        {columns.map((one) => (
          <option key={one.name}>{one.name}</option>
        ))}
      </select>
      <select
        aria-label="Comparison"
        value={is}
        onChange={({ target }) => setWanted(target.value as ConditionKind)}
      >
        {kinds.map((kind) => (
          <option key={kind} value={kind}>
            {conditionWords[kind]}
          </option>
        ))}
      </select>
      {takesValue(is) ? (
        column.type === 'boolean' ? (
          <select aria-label="Value" value={text} onChange={({ target }) => setText(target.value)}>
            <option value="">–</option>
            <option>true</option>
            <option>false</option>
          </select>
        ) : (
          <input
            // biome-ignore lint/a11y/noAutofocus: the form opens where a person asked for it
            autoFocus
            aria-label="Value"
            placeholder={column.type === 'time' ? '2026-01-31' : column.type}
            aria-invalid={text !== '' && value === null}
            value={text}
            onChange={({ target }) => setText(target.value)}
          />
        )
      ) : null}
      <Button size="small" type="submit" disabled={!ready}>
        Add
      </Button>
      <Button size="small" variant="quiet" onClick={onCancel}>
        Cancel
      </Button>
    </form>
  );
}
