import { IconBox, IconCpu, IconPlus, IconTerminal2 } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { Target } from '../../../app/contract/targets.contract.ts';
import { orpc } from '../../client/orpc.ts';
import { Button } from '../../components/button.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { counted } from '../../components/format.ts';
import { PageHeader } from '../../components/page-header.tsx';
import screen from '../../components/screen.module.css';
import { Link, useQueryString } from '../../shell/router.ts';
import { AddEngineDialog } from './add-engine-dialog.tsx';
import { TargetDetail } from './target-detail.tsx';
import styles from './targets.module.css';

const icons = { native: IconCpu, process: IconTerminal2, docker: IconBox };

/** Where runs execute: what is there, whether it works, and what runs left behind. */
export function TargetsPage({ name }: { readonly name: string | null }) {
  const targets = useQuery(orpc.targets.list.queryOptions());
  const [query, setQuery] = useQueryString();
  if (targets.error) return <ErrorNotice error={targets.error} onRetry={() => targets.refetch()} />;
  if (!targets.data) return <p className={screen.waiting}>Reading the targets</p>;
  const shown =
    targets.data.find((target) => target.name === name) ?? (name === null ? targets.data[0] : null);
  const active = targets.data.reduce((sum, target) => sum + target.active, 0);
  return (
    <div className={screen.page}>
      <PageHeader
        title="Targets"
        facts={`${counted(targets.data.length, 'target')}, ${counted(active, 'run')} queued or running`}
        actions={
          <Button
            icon={<IconPlus size={16} stroke={1.5} aria-hidden />}
            onClick={() => setQuery({ add: 'yes' })}
          >
            Add an engine
          </Button>
        }
      />
      <div className={styles.page}>
        <nav className={styles.list} aria-label="Targets">
          {targets.data.map((target) => (
            <TargetLine key={target.name} target={target} current={target === shown} />
          ))}
        </nav>
        {shown ? (
          <TargetDetail key={shown.name} target={shown} />
        ) : (
          <p className={screen.waiting}>
            No target is called “{name}”. <Link to="/targets">Show those there are</Link>
          </p>
        )}
      </div>
      {query.get('add') === 'yes' ? <AddEngineDialog onClose={() => setQuery({ add: null })} /> : null}
    </div>
  );
}

function TargetLine({ target, current }: { readonly target: Target; readonly current: boolean }) {
  const Icon = icons[target.kind];
  return (
    <Link
      to={`/targets/${encodeURIComponent(target.name)}`}
      className={styles.target}
      aria-current={current ? 'page' : undefined}
    >
      <Icon size={16} stroke={1.5} aria-hidden />
      <b>{target.name}</b>
      <small>{target.active > 0 ? counted(target.active, 'run') : ''}</small>
      <span>{target.summary}</span>
    </Link>
  );
}
