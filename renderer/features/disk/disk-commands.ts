import { IconChartTreemap } from '@tabler/icons-react';
import type { Command } from '../../shell/commands.ts';
import { navigate } from '../../shell/router.ts';

/** What the palette can do with the disk. */
export const diskCommands: readonly Command[] = [
  {
    title: 'Show where the disk goes',
    icon: IconChartTreemap,
    words: 'disk map space free storage garbage collect gc fsck check repair cache',
    run: () => navigate('/disk'),
  },
];
