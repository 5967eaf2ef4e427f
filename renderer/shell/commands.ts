import {
  IconArrowRight,
  IconContrast2,
  IconFolderPlus,
  IconKeyboard,
  IconPlayerPlay,
  IconTableImport,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import { useImportDialog } from '../features/data/import-dialog.store.ts';
import { modelCommands } from '../features/models/model-commands.ts';
import { runCommands } from '../features/runs/run-commands.ts';
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
  ...runCommands,
  ...modelCommands,
  go('Home', '/', 'h'),
  go('Data', '/data', 'd'),
  go('Runs', '/runs', 'r'),
  go('Compare', '/compare', 'c'),
  go('Models', '/models', 'm'),
  go('Endpoints', '/endpoints', 'e'),
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
