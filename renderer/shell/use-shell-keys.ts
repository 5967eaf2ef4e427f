import { useEffect } from 'react';
import { commands } from './commands.ts';
import { useOverlays } from './overlays.store.ts';

/** Keys that work on every page: Ctrl K, and what the commands name. */
export function useShellKeys(): void {
  useEffect(() => {
    let prefix: string | null = null;
    const onKey = (event: KeyboardEvent) => {
      const { set, palette } = useOverlays.getState();
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        set({ palette: !palette });
        return;
      }
      const typing =
        event.target instanceof HTMLElement &&
        event.target.closest('input, textarea, select, [contenteditable], [role=dialog]');
      if (typing || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const keys = prefix === null ? event.key : `${prefix} ${event.key}`;
      prefix = prefix === null && event.key === 'g' ? 'g' : null;
      const command = commands.find((one) => one.keys === keys);
      if (!command) return;
      event.preventDefault();
      prefix = null;
      command.run();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}
