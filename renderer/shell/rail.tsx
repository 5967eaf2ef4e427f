import { useQuery } from '@tanstack/react-query';
import { orpc } from '../client/orpc.ts';
import { StateMark } from '../components/state-mark.tsx';
import { type Feature, features } from './features.tsx';
import styles from './frame.module.css';
import { Link } from './router.ts';

/** The pages there are, and how many runs are going on: other work is counted in the status bar. */
export function Rail({ current }: { readonly current: Feature | null }) {
  const queue = useQuery(orpc.runs.queue.queryOptions());
  const running = (queue.data?.runs ?? []).filter(({ status }) => status === 'running').length;
  return (
    <nav className={styles.rail} aria-label="Pages">
      <ul>
        {features.map((feature, index) => {
          const begins = index > 0 && features[index - 1]?.part !== feature.part;
          const place = feature.part === 'end' ? styles.end : begins ? styles.part : undefined;
          const Icon = feature.icon;
          return (
            <li key={feature.path} className={place}>
              <Link
                to={feature.path}
                title={feature.title}
                aria-current={feature === current ? 'page' : undefined}
              >
                <Icon size={16} stroke={1.5} />
                <span>{feature.title}</span>
                {feature.path === '/runs' && running > 0 ? (
                  <small>
                    <StateMark state="running" /> {running}
                  </small>
                ) : null}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
