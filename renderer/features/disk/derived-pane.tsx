import { useMutation } from '@tanstack/react-query';
import type { DiskMap } from '../../../app/contract/storage.contract.ts';
import { client } from '../../client/orpc.ts';
import { Button } from '../../components/button.tsx';
import { formatBytes } from '../../components/format.ts';
import { notify } from '../../components/notify.ts';
import { Pane } from '../../components/pane.tsx';
import styles from './disk.module.css';
import { derivedWords } from './disk-areas.ts';

interface DerivedPaneProps {
  readonly derived: DiskMap['derived'];
  readonly onCleared: () => void;
}

/** Files that are made again when they are needed. */
export function DerivedPane({ derived, onCleared }: DerivedPaneProps) {
  const clear = useMutation({
    mutationFn: (kind: DiskMap['derived'][number]['kind']) => client.storage.clear({ kinds: [kind] }),
    onSuccess: ({ freedBytes }) => {
      notify.done(`Removed ${formatBytes(freedBytes)}`);
      onCleared();
    },
    onError: (error) => notify.error(error),
  });
  return (
    <Pane title="Made again at need">
      <table className={styles.derived} aria-label="Derived files">
        <tbody>
          {derived.map(({ kind, bytes }) => (
            <tr key={kind}>
              <th scope="row">{derivedWords[kind]}</th>
              <td>{formatBytes(bytes)}</td>
              <td>
                <Button
                  size="small"
                  aria-label={`Remove ${derivedWords[kind].toLowerCase()}`}
                  disabled={bytes === 0 || clear.isPending}
                  onClick={() => clear.mutate(kind)}
                >
                  Remove
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Pane>
  );
}
