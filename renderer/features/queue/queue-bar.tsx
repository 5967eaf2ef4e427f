import { useState } from 'react';
import type { Run } from '../../../app/contract/runs.contract.ts';
import { Button } from '../../components/button.tsx';
import { KeyCap } from '../../components/key-cap.tsx';
import { Menu } from '../../components/menu.tsx';
import { useRunActions } from '../runs/run-actions.ts';
import { quickStarts } from '../train/start-times.ts';
import styles from './queue.module.css';
import type { Queue } from './use-queue.ts';

interface QueueBarProps {
  readonly queue: Queue;
  readonly picked: readonly Run[];
  readonly onClear: () => void;
}

/** What can be done to the marked runs of the queue; only what applies to them shows. */
export function QueueBar({ queue, picked, onClear }: QueueBarProps) {
  const actions = useRunActions();
  const [nowMs] = useState(() => Date.now());
  const waiting = picked.filter(({ status }) => status === 'queued');
  const held = waiting.filter(({ scheduling }) => scheduling.held);
  const free = waiting.filter(({ scheduling }) => !scheduling.held);
  const putOff = waiting.filter(({ scheduling }) => scheduling.notBefore !== null);
  const [only] = waiting;
  const place = only ? queue.waiting.findIndex(({ id }) => id === only.id) : -1;
  return (
    <div className={styles.bar} role="toolbar" aria-label="Marked runs">
      <b>{picked.length} selected</b>
      <i />
      {only && waiting.length === 1 ? (
        <>
          <Button disabled={place === 0} onClick={() => void queue.move(only, 0)}>
            Start first
          </Button>
          <Button
            disabled={place === queue.waiting.length - 1}
            onClick={() => void queue.move(only, queue.waiting.length - 1)}
          >
            Start last
          </Button>
        </>
      ) : null}
      {free.length > 0 ? (
        <Button onClick={() => void queue.change(free, { held: true }, 'Held')}>Hold</Button>
      ) : null}
      {held.length > 0 ? (
        <Button onClick={() => void queue.change(held, { held: false }, 'Let go')}>Let go</Button>
      ) : null}
      {waiting.length > 0 ? (
        <Menu
          label="Put off"
          className={styles.menu}
          groups={[
            quickStarts(nowMs).map(({ words, at }) => ({
              id: words,
              label: words,
              run: () => void queue.change(waiting, { notBefore: at }, `Put off until ${words}:`),
            })),
            putOff.length > 0
              ? [
                  {
                    id: 'now',
                    label: 'as soon as there is room',
                    run: () => void queue.change(putOff, { notBefore: null }, 'No longer put off:'),
                  },
                ]
              : [],
          ]}
        >
          Put off
        </Menu>
      ) : null}
      <Button
        variant="danger"
        onClick={() => {
          void actions.cancel(picked);
          onClear();
        }}
      >
        Cancel {picked.length === 1 ? 'run' : `${picked.length} runs`}
      </Button>
      <button type="button" className={styles.clear} onClick={onClear}>
        <KeyCap>Esc</KeyCap> clear selection
      </button>
    </div>
  );
}
