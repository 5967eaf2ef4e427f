import { create } from 'zustand';

export type Theme = 'light' | 'dark' | 'system';
export type Density = 'compact' | 'default' | 'comfortable';

interface Appearance {
  readonly theme: Theme;
  readonly density: Density;
  /** What `theme` comes to at this moment. */
  readonly resolved: 'light' | 'dark';
  readonly setTheme: (theme: Theme) => void;
  readonly setDensity: (density: Density) => void;
}

/** Height of a table row in pixels, as in tokens.css; virtual lists need the number. */
const rowHeights: Readonly<Record<Density, number>> = { compact: 24, default: 28, comfortable: 34 };

const darkSystem = window.matchMedia('(prefers-color-scheme: dark)');

function resolve(theme: Theme): 'light' | 'dark' {
  if (theme !== 'system') return theme;
  return darkSystem.matches ? 'dark' : 'light';
}

function stored<Value extends string>(key: string, allowed: readonly Value[], fallback: Value): Value {
  const value = localStorage.getItem(key);
  return allowed.find((one) => one === value) ?? fallback;
}

/** How the page looks on this device; kept in the browser's own storage, not in the workspace. */
export const useAppearance = create<Appearance>((set) => {
  const theme = stored<Theme>('lathe.theme', ['light', 'dark', 'system'], 'system');
  return {
    theme,
    density: stored<Density>('lathe.density', ['compact', 'default', 'comfortable'], 'default'),
    resolved: resolve(theme),
    setTheme: (next) => {
      localStorage.setItem('lathe.theme', next);
      set({ theme: next, resolved: resolve(next) });
    },
    setDensity: (density) => {
      localStorage.setItem('lathe.density', density);
      set({ density });
    },
  };
});

/** The row height of the chosen density, in pixels. */
export function useRowHeight(): number {
  return rowHeights[useAppearance(({ density }) => density)];
}

/** Keep the document's theme and density as chosen, and follow the system where that was chosen. */
export function applyAppearance(): void {
  const apply = ({ resolved, density }: Appearance) => {
    document.documentElement.dataset.theme = resolved;
    document.documentElement.dataset.density = density;
  };
  apply(useAppearance.getState());
  useAppearance.subscribe(apply);
  darkSystem.addEventListener('change', () => {
    const { theme } = useAppearance.getState();
    useAppearance.setState({ resolved: resolve(theme) });
  });
}
