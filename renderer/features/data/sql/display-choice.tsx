import type { ResultColumn, ResultDisplay } from '../../../../app/contract/data-sql.contract.ts';
import { SegmentedChoice } from '../../../components/segments.tsx';
import styles from './sql.module.css';

interface DisplayChoiceProps {
  readonly columns: readonly ResultColumn[];
  readonly display: ResultDisplay;
  readonly onChange: (display: ResultDisplay) => void;
}

const isNumber = ({ kind }: ResultColumn) => kind === 'integer' || kind === 'number';

/** How a result is shown: as a table, or as which chart of which columns. */
export function DisplayChoice({ columns, display, onChange }: DisplayChoiceProps) {
  const numbers = columns.filter(isNumber);
  const { kind, x, y } = display;
  const choose = (next: ResultDisplay['kind']) => {
    const named = (name: string | null) => columns.find((column) => column.name === name);
    const first =
      named(x) && (next !== 'histogram' || numbers.some(({ name }) => name === x))
        ? x
        : ((next === 'histogram' ? numbers[0] : columns[0])?.name ?? null);
    const others = y.filter((name) => named(name));
    const usual = numbers.find(({ name }) => name !== first)?.name;
    onChange({ kind: next, x: first, y: others.length > 0 ? others : usual ? [usual] : [] });
  };
  return (
    <span className={styles.display}>
      <SegmentedChoice
        label="Show the result as"
        chosen={kind}
        options={[
          ['table', 'Table'],
          ['bar', 'Bars'],
          ['line', 'Line'],
          ['scatter', 'Scatter'],
          ['histogram', 'Histogram'],
        ]}
        onChoose={choose}
      />
      {kind === 'table' ? null : (
        <label>
          {kind === 'histogram' ? 'of' : 'x'}{' '}
          <select value={x ?? ''} onChange={({ target }) => onChange({ ...display, x: target.value })}>
            {(kind === 'histogram' ? numbers : columns).map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      )}
      {kind === 'table' || kind === 'histogram' ? null : (
        <>
          <label>
            y{' '}
            <select
              value={y[0] ?? ''}
              onChange={({ target }) => onChange({ ...display, y: [target.value, ...y.slice(1)] })}
            >
              {numbers.map(({ name }) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
          {numbers.length > 1 ? (
            <label>
              and{' '}
              <select
                value={y[1] ?? ''}
                onChange={({ target }) =>
                  onChange({ ...display, y: [...y.slice(0, 1), ...(target.value ? [target.value] : [])] })
                }
              >
                <option value="">–</option>
                {numbers
                  .filter(({ name }) => name !== y[0])
                  .map(({ name }) => (
                    <option key={name}>{name}</option>
                  ))}
              </select>
            </label>
          ) : null}
        </>
      )}
    </span>
  );
}
