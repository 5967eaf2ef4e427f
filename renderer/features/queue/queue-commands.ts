import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { client } from '../../client/orpc.ts';
import { notify } from '../../components/notify.ts';
import type { Command } from '../../shell/commands.ts';

function pause(paused: boolean): void {
  client.runs
    .pauseQueue({ paused })
    .then(() => notify.done(paused ? 'The queue is paused; what runs goes on' : 'The queue goes on'))
    .catch(notify.error);
}

/** What the palette can do with the queue. */
export const queueCommands: readonly Command[] = [
  {
    title: 'Pause the queue',
    icon: IconPlayerPause,
    words: 'stop starting runs',
    note: 'what runs goes on',
    run: () => pause(true),
  },
  {
    title: 'Let the queue go on',
    icon: IconPlayerPlay,
    words: 'resume unpause continue start',
    run: () => pause(false),
  },
];
