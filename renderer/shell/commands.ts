import {
  IconArrowRight,
  IconContrast2,
  IconFileText,
  IconFolderPlus,
  IconKeyboard,
  IconPlayerPlay,
  IconTableImport,
  IconTerminal2,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import { dataCommands } from '../features/data/data-commands.ts';
import { useImportDialog } from '../features/data/import-dialog.store.ts';
import { diskCommands } from '../features/disk/disk-commands.ts';
import { modelCommands } from '../features/models/model-commands.ts';
import { queueCommands } from '../features/queue/queue-commands.ts';
import { runCommands } from '../features/runs/run-commands.ts';
import { targetCommands } from '../features/targets/target-commands.ts';
import { useTrainDialog } from '../features/train/train-dialog.store.ts';
import { useAppearance } from './appearance.store.ts';
import { useOverlays } from './overlays.store.ts';
import { navigate } from './router.ts';

export interface Command {
  readonly title: string;
  readonly icon: ComponentType<{ size?: number; stroke?: number }>;
  /** Further words that find it. */
  readonly words?: string;
  /** Shown at the right: what it does or costs. */
  readonly note?: string;
  /** Keys that run it outside of fields, for example `g r`. */
  readonly keys?: string;
  readonly run: () => void;
}

function toggleTheme(): void {
  const { resolved, setTheme } = useAppearance.getState();
  setTheme(resolved === 'dark' ? 'light' : 'dark');
}

function go(title: string, path: string, key: string): Command {
  return { title: `Go to ${title}`, icon: IconArrowRight, keys: `g ${key}`, run: () => navigate(path) };
}

/** Every action of the palette that needs no object. A new one is one line. */
export const commands: readonly Command[] = [
  {
    title: 'Train a model',
    icon: IconPlayerPlay,
    words: 'new run',
    keys: 'n',
    run: () => useTrainDialog.getState().open(),
  },
  {
    title: 'Train a script',
    icon: IconTerminal2,
    words: 'new run python program process docker',
    run: () => useTrainDialog.getState().open({ source: 'script' }),
  },
  {
    title: 'Train from a recipe',
    icon: IconFileText,
    words: 'new run yaml',
    run: () => useTrainDialog.getState().open({ source: 'recipe' }),
  },
  {
    title: 'Import data',
    icon: IconTableImport,
    words: 'new dataset upload csv',
    keys: 'i',
    run: () => useImportDialog.getState().open(),
  },
  {
    title: 'Create a project',
    icon: IconFolderPlus,
    words: 'new project',
    run: () => useOverlays.getState().set({ newProject: true }),
  },
  ...dataCommands,
  ...runCommands,
  ...queueCommands,
  ...modelCommands,
  ...targetCommands,
  ...diskCommands,
  go('Home', '/', 'h'),
  go('Data', '/data', 'd'),
  go('Runs', '/runs', 'r'),
  go('Queue', '/queue', 'q'),
  go('Compare', '/compare', 'c'),
  go('Models', '/models', 'm'),
  go('Endpoints', '/endpoints', 'e'),
  go('Targets', '/targets', 't'),
  go('Settings', '/settings', 's'),
  { title: 'Switch between light and dark', icon: IconContrast2, words: 'theme', run: toggleTheme },
  {
    title: 'Show keyboard shortcuts',
    icon: IconKeyboard,
    words: 'keys help',
    keys: '?',
    run: () => useOverlays.getState().set({ shortcuts: true }),
  },
];
