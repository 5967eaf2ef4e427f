import { IconServerBolt } from '@tabler/icons-react';
import type { Command } from '../../shell/commands.ts';
import { navigate } from '../../shell/router.ts';

/** What the palette can do with targets. */
export const targetCommands: readonly Command[] = [
  {
    title: 'Add a container engine',
    icon: IconServerBolt,
    words: 'docker podman target ssh tcp',
    run: () => navigate('/targets?add=yes'),
  },
];
