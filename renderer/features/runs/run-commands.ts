import { IconChartLine } from '@tabler/icons-react';
import { notify } from '../../components/notify.ts';
import type { Command } from '../../shell/commands.ts';
import { compareRuns } from './run-actions.ts';
import { useRunSelection } from './run-selection.store.ts';

/** What the palette can do with the runs that are marked in the table. */
export const runCommands: readonly Command[] = [
  {
    title: 'Compare the marked runs',
    icon: IconChartLine,
    words: 'difference overlay curves selection',
    note: 'C in Runs',
    run: () => {
      const { selected } = useRunSelection.getState();
      if (selected.size === 0) notify.done('No run is marked; mark some in Runs with Space');
      else compareRuns([...selected.values()]);
    },
  },
];
