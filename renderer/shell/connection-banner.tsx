import { useEffect, useState } from 'react';
import { useConnection } from '../client/connection.store.ts';
import { StateMark } from '../components/state-mark.tsx';
import styles from './frame.module.css';

/** A break shorter than this is over before it could be read. */
const patienceMs = 600;

/** Says that the core cannot be reached, for as long as that is so. */
export function ConnectionBanner() {
  const state = useConnection((connection) => connection.state);
  const [late, setLate] = useState(false);
  useEffect(() => {
    setLate(false);
    if (state === 'connected') return;
    const timer = setTimeout(() => setLate(true), patienceMs);
    return () => clearTimeout(timer);
  }, [state]);
  return (
    <div role="status">
      {late ? (
        <div className={styles.banner}>
          <StateMark state="warning" />
          {state === 'connecting'
            ? 'Connecting to Lathe.'
            : 'The connection to Lathe is gone; connecting again. If Lathe was stopped, start it.'}
        </div>
      ) : null}
    </div>
  );
}
