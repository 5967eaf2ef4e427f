import { useQuery } from '@tanstack/react-query';
import { orpc } from '../../../client/orpc.ts';
import { Pane } from '../../../components/pane.tsx';
import { TimeText } from '../../../components/time-text.tsx';
import styles from './checks.module.css';

/** Imports that blocking checks refused: what did not come in, and why. */
export function Rejections({ dataset }: { readonly dataset: string }) {
  const rejections = useQuery(orpc.dataChecks.rejections.queryOptions({ input: { dataset } }));
  if (!rejections.data || rejections.data.length === 0) return null;
  return (
    <Pane title="Refused imports" count={rejections.data.length} className={styles.rejections}>
      <ul>
        {rejections.data.map(({ digest, at, outcomes }) => (
          <li key={`${digest} ${at}`}>
            <TimeText at={at} />
            <span>
              {outcomes
                .filter(({ state, severity }) => state !== 'passed' && severity === 'block')
                .map(({ title, message }) => `${title}: ${message}`)
                .join(' ')}
            </span>
          </li>
        ))}
      </ul>
    </Pane>
  );
}
