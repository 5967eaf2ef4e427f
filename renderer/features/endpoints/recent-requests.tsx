import type { RecentRequest } from '../../../app/contract/serving.contract.ts';
import screen from '../../components/screen.module.css';
import styles from './endpoints.module.css';

/** The last requests, newest first; they are nowhere but in memory. */
export function RecentRequests({ requests }: { readonly requests: readonly RecentRequest[] }) {
  const newest = [...requests].sort((a, b) => b.at - a.at).slice(0, 20);
  return (
    <section className={styles.section}>
      <h2 className={styles.head}>
        Recent requests <span className={styles.aside}>kept in memory only</span>
      </h2>
      {newest.length === 0 ? (
        <p className={styles.body}>
          <span className={screen.quiet}>None yet.</span>
        </p>
      ) : (
        <table className={styles.table}>
          <thead>
            <tr>
              <th style={{ width: 86 }}>Time</th>
              <th style={{ width: 76 }}>Call</th>
              <th style={{ width: 84 }}>Shape</th>
              <th>Result</th>
              <th className={styles.right} style={{ width: 84 }}>
                Took
              </th>
            </tr>
          </thead>
          <tbody>
            {newest.map((request, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two requests may share a millisecond
              <tr key={`${request.at} ${index}`}>
                <td className={`${screen.mono} ${screen.quiet}`}>
                  {new Date(request.at).toLocaleTimeString('en-GB')}
                </td>
                <td>{request.call}</td>
                <td className={screen.mono}>
                  {request.shape.length > 0 ? `[${request.shape.join(', ')}]` : ''}
                </td>
                <td
                  className={request.status >= 400 ? styles.failed : screen.mono}
                  title={request.status >= 400 ? request.result : undefined}
                >
                  {request.status >= 400 ? `✕ ${request.status}: ${request.result}` : request.result}
                </td>
                <td className={`${styles.right} ${screen.mono}`}>{request.durationMs.toFixed(1)} ms</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
