import type { ResultDisplay, SqlResult } from '../../../../app/contract/data-sql.contract.ts';
import { counted, formatDuration } from '../../../components/format.ts';
import { DisplayChoice } from './display-choice.tsx';
import { ResultChart } from './result-chart.tsx';
import { ResultTable } from './result-table.tsx';
import styles from './sql.module.css';

interface SqlAnswerProps {
  readonly result: SqlResult;
  readonly display: ResultDisplay;
  readonly onDisplay: (display: ResultDisplay) => void;
}

/** The answer to a query, as a table or a chart. */
export function SqlAnswer({ result, display, onDisplay }: SqlAnswerProps) {
  return (
    <>
      <div className={styles.answer}>
        <span role="status">
          {counted(result.totalRows, 'row')}
          {result.truncated ? ' kept of more; an export writes them all' : ''} in{' '}
          {formatDuration(result.durationMs)}
        </span>
        <DisplayChoice columns={result.columns} display={display} onChange={onDisplay} />
      </div>
      {display.kind === 'table' ? (
        <ResultTable key={result.result} result={result} />
      ) : (
        <ResultChart result={result} display={display} />
      )}
    </>
  );
}
