import type { DoctorCheck } from '../../app/contract/system.contract.ts';
import styles from './check-list.module.css';
import { StateMark } from './state-mark.tsx';

const marks = { ok: 'done', warning: 'warning', missing: 'failed' } as const;

interface CheckListProps {
  readonly checks: readonly DoctorCheck[];
  readonly label: string;
}

/** What was looked at, what was found, and what to do about it. */
export function CheckList({ checks, label }: CheckListProps) {
  return (
    <ul className={styles.checks} aria-label={label}>
      {checks.map(({ id, title, state, value, nextStep }) => (
        <li key={id} data-state={state}>
          <StateMark state={marks[state]} />
          <span>{title}</span>
          <span>
            {value}
            {nextStep ? <small>{nextStep}</small> : null}
          </span>
        </li>
      ))}
    </ul>
  );
}
