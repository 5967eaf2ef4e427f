import { useSyncExternalStore } from 'react';

/** The colours and fonts of tokens.css that Plotly needs as plain values. */
export interface ChartTokens {
  readonly surface: string;
  readonly grid: string;
  readonly axis: string;
  readonly text: string;
  readonly mark: string;
  readonly mono: string;
  /** Run colours; slot n is at n − 1. */
  readonly runs: readonly string[];
}

/** Reads the tokens as they hold on an element; another theme holds on an element with its own `data-theme`. */
function readChartTokens(element: Element): ChartTokens {
  const style = getComputedStyle(element);
  const token = (name: string) => style.getPropertyValue(name).trim();
  return {
    surface: token('--chart-surface'),
    grid: token('--chart-grid'),
    axis: token('--chart-axis'),
    text: token('--chart-text'),
    mark: token('--chart-mark'),
    mono: token('--font-mono') || 'monospace',
    runs: Array.from({ length: 12 }, (_, index) => token(`--run-${index + 1}`)),
  };
}

/** The light theme's tokens, whatever theme shows: exported pictures use them. */
export function readLightTokens(): ChartTokens {
  const probe = document.createElement('div');
  probe.dataset.theme = 'light';
  probe.hidden = true;
  document.body.append(probe);
  try {
    return readChartTokens(probe);
  } finally {
    probe.remove();
  }
}

/** The CSS colour of a run's slot; the neutral mark where there is none. */
export function runColorVariable(color: number | null): string {
  return color === null ? 'var(--chart-mark)' : `var(--run-${color})`;
}

let current: ChartTokens | null = null;

function snapshot(): ChartTokens {
  current ??= readChartTokens(document.documentElement);
  return current;
}

function onThemeChange(listener: () => void): () => void {
  const changed = () => {
    current = null;
    listener();
  };
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, {
    attributes: true,
    attributeFilter: ['data-theme', 'data-mantine-color-scheme', 'class'],
  });
  const system = matchMedia('(prefers-color-scheme: dark)');
  system.addEventListener('change', changed);
  return () => {
    observer.disconnect();
    system.removeEventListener('change', changed);
  };
}

/** The tokens of the theme that shows; the component draws again when it changes. */
export function useChartTokens(): ChartTokens {
  return useSyncExternalStore(onThemeChange, snapshot);
}
