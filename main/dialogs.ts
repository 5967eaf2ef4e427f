import { type BrowserWindow, dialog } from 'electron';
import { errorTable } from '../app/contract/errors.ts';

/** Let the user choose files, or one folder; empty where the dialog was closed. */
export async function chooseFiles(
  window: BrowserWindow | null,
  { title, folders }: { readonly title: string; readonly folders: boolean },
): Promise<string[]> {
  const options: Electron.OpenDialogOptions = {
    title,
    properties: folders ? ['openDirectory'] : ['openFile', 'multiSelections'],
  };
  const chosen = await (window === null
    ? dialog.showOpenDialog(options)
    : dialog.showOpenDialog(window, options));
  return chosen.canceled ? [] : chosen.filePaths;
}

/** Say why the workspace cannot be opened, in the words of the error table. */
export function showFailure(failure: {
  readonly code: string;
  readonly message: string;
  readonly nextStep: string;
}): void {
  const kind = Object.entries(errorTable).find(([code]) => code === failure.code)?.[1] ?? errorTable.BUG;
  dialog.showErrorBox(kind.title, `${failure.message}\n\n${failure.nextStep}`);
}

/** The core died again and again. */
export async function askToStartCoreAgain(): Promise<boolean> {
  const { response } = await dialog.showMessageBox({
    type: 'error',
    message: 'Lathe stopped working',
    detail:
      'Its core ended several times in a row. Nothing that was saved is lost; logs/ in the workspace has details.',
    buttons: ['Start it again', 'Quit'],
    defaultId: 0,
    cancelId: 1,
  });
  return response === 0;
}

/** The page's process died; the core and its work are not touched by that. */
export async function askToReload(): Promise<boolean> {
  const { response } = await dialog.showMessageBox({
    type: 'error',
    message: 'The window stopped working',
    detail: 'Runs and endpoints go on. Load the window again?',
    buttons: ['Load again', 'Quit'],
    defaultId: 0,
    cancelId: 1,
  });
  return response === 0;
}

/** What to do with work in progress when the user leaves. */
export async function askHowToLeave(): Promise<'stay' | 'background' | 'quit'> {
  const { response } = await dialog.showMessageBox({
    type: 'question',
    message: 'Work is still in progress',
    detail: 'A run that is stopped now is marked as lost and can be continued from its last checkpoint.',
    buttons: ['Keep running in the background', 'Stop and quit', 'Cancel'],
    defaultId: 0,
    cancelId: 2,
  });
  return (['background', 'quit', 'stay'] as const)[response] ?? 'stay';
}
