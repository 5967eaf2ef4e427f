import { IconUpload } from '@tabler/icons-react';
import type { Command } from '../../shell/commands.ts';
import { navigate } from '../../shell/router.ts';

/** What the palette can do with models. */
export const modelCommands: readonly Command[] = [
  {
    title: 'Register an ONNX file',
    icon: IconUpload,
    words: 'model upload import',
    run: () => navigate('/models?register=yes'),
  },
];
