import { useQuery } from '@tanstack/react-query';
import { orpc } from '../../client/orpc.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import styles from './home.module.css';

const marks = { ok: 'done', warning: 'warning', missing: 'waiting' } as const;

/** What this machine has, and what to do about what is missing. */
export function ThisMachine() {
  const checks = useQuery(orpc.system.doctor.queryOptions());
  if (checks.error) return <ErrorNotice error={checks.error} />;
  return (
    <ul className={styles.machine}>
      {checks.data?.map(({ id, title, state, value, nextStep }) => (
        <li key={id}>
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
