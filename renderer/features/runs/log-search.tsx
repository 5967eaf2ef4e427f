import { IconChevronDown, IconChevronUp } from '@tabler/icons-react';
import { IconButton } from '../../components/button.tsx';
import styles from './run-log.module.css';

interface LogSearchProps {
  readonly text: string;
  /** Which of the matches is shown, from 1. */
  readonly found: number | null;
  readonly count: number;
  readonly onText: (text: string) => void;
  readonly onMove: (by: 1 | -1) => void;
}

/** Finds a text in the part of the log that is loaded; Enter goes on, Shift Enter back. */
export function LogSearch({ text, found, count, onText, onMove }: LogSearchProps) {
  return (
    <search className={styles.search}>
      <input
        type="search"
        aria-label="Find in the log"
        placeholder="Find"
        title="Looks in the part that is loaded"
        value={text}
        onChange={(event) => onText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || count === 0) return;
          event.preventDefault();
          onMove(event.shiftKey ? -1 : 1);
        }}
      />
      <output>{text.trim() === '' ? '' : `${found ?? 0} of ${count}`}</output>
      <IconButton label="Find before" disabled={count === 0} onClick={() => onMove(-1)}>
        <IconChevronUp size={14} stroke={1.6} aria-hidden />
      </IconButton>
      <IconButton label="Find next" disabled={count === 0} onClick={() => onMove(1)}>
        <IconChevronDown size={14} stroke={1.6} aria-hidden />
      </IconButton>
    </search>
  );
}
