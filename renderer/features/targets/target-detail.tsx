import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { Target } from '../../../app/contract/targets.contract.ts';
import { client, orpc } from '../../client/orpc.ts';
import { Button } from '../../components/button.tsx';
import { CheckList } from '../../components/check-list.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { notify } from '../../components/notify.ts';
import { Pane } from '../../components/pane.tsx';
import screen from '../../components/screen.module.css';
import { navigate } from '../../shell/router.ts';
import { engineWords } from './engine-form.ts';
import { Leftovers } from './leftovers.tsx';
import styles from './targets.module.css';

/** One target: whether it works, its interpreters, and what runs left on it. */
export function TargetDetail({ target }: { readonly target: Target }) {
  const queries = useQueryClient();
  const check = useQuery({
    ...orpc.targets.check.queryOptions({ input: { target: target.name } }),
    // An engine may have come or gone since it was looked at.
    staleTime: 10_000,
    refetchOnMount: true,
  });
  const works = check.data?.every(({ state }) => state !== 'missing') ?? false;
  const refresh = () => queries.invalidateQueries({ queryKey: orpc.targets.key() });
  const remove = async () => {
    const { name, engine } = target;
    try {
      await client.targets.remove({ target: name });
      navigate('/targets');
      await refresh();
      if (!engine) return;
      notify.undo(`Removed ${name}; what runs made stays`, async () => {
        await client.targets.add({ name, engine }).catch(notify.error);
        await refresh();
      });
    } catch (error) {
      notify.error(error);
    }
  };
  return (
    <div className={styles.detail}>
      <div className={styles.detailHead}>
        <div>
          <h2>{target.name}</h2>
          <p>{target.summary}</p>
          {target.engine ? <code>{engineWords(target.engine)}</code> : null}
        </div>
        {target.builtin ? null : (
          <Button variant="danger" disabled={target.active > 0} onClick={() => void remove()}>
            Remove {target.name}
          </Button>
        )}
      </div>
      <Pane
        title="Check"
        aside={
          <Button size="small" disabled={check.isFetching} onClick={() => void check.refetch()}>
            {check.isFetching ? 'Checking' : 'Check again'}
          </Button>
        }
      >
        <div className={styles.pad}>
          {check.error ? <ErrorNotice error={check.error} /> : null}
          {check.data ? <CheckList checks={check.data} label={`Checks of ${target.name}`} /> : null}
          {check.isPending ? <p className={screen.quiet}>Looking whether it works</p> : null}
        </div>
      </Pane>
      {target.kind === 'process' ? <Interpreters /> : null}
      {target.kind === 'native' || !works ? null : <Leftovers target={target} />}
    </div>
  );
}

function Interpreters() {
  const found = useQuery(orpc.targets.interpreters.queryOptions({ input: {} }));
  return (
    <Pane title="Interpreters" count={found.data?.length}>
      <div className={styles.pad}>
        {found.error ? <ErrorNotice error={found.error} /> : null}
        {found.data?.length === 0 ? (
          <p className={screen.quiet}>
            No Python was found. Install one, or name its path when a script is trained.
          </p>
        ) : null}
        <table className={styles.table} aria-label="Interpreters">
          <tbody>
            {found.data?.map(({ path, version, kind }) => (
              <tr key={path}>
                <th scope="row">Python {version}</th>
                <td>{kind}</td>
                <td>
                  <code>{path}</code> <CopyButton value={path} label="Copy the path" />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Pane>
  );
}
