type PlotlyModule = typeof import('plotly.js/lib/core');
export type Plotly = PlotlyModule['default'];

let loading: Promise<Plotly> | null = null;

/**
 * Plotly's core, which brings SVG scatter lines and nothing else, loaded when the first chart shows. It draws
 * without `eval`, so it works under the application's content security policy.
 */
export function loadPlotly(): Promise<Plotly> {
  loading ??= import('plotly.js/lib/core').then((module) => module.default);
  return loading;
}
