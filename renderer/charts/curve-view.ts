import type { HorizontalAxis } from './chart-line.ts';

/** How a page shows its curves. */
export interface CurveView {
  /** `auto` takes a log axis for a quantity that falls over decades. */
  readonly scale: 'auto' | 'linear' | 'log';
  readonly axis: HorizontalAxis;
  readonly smoothing: number;
  readonly showRaw: boolean;
  readonly ignoreOutliers: boolean;
}

export const initialCurveView: CurveView = {
  scale: 'auto',
  axis: 'step',
  smoothing: 0,
  showRaw: true,
  ignoreOutliers: false,
};

/** The part of a URL's query that holds a view; what is as at first is left out. */
export function viewToQuery(view: CurveView): Record<string, string | null> {
  return {
    y: view.scale === 'auto' ? null : view.scale,
    x: view.axis === 'step' ? null : view.axis,
    smooth: view.smoothing === 0 ? null : view.smoothing.toFixed(2),
    raw: view.showRaw ? null : 'no',
    outliers: view.ignoreOutliers ? 'no' : null,
  };
}

/** The view that a URL's query asks for; what does not fit counts as not said. */
export function viewFromQuery(query: URLSearchParams): CurveView {
  const scale = query.get('y');
  const smoothing = Number(query.get('smooth') ?? 0);
  return {
    scale: scale === 'linear' || scale === 'log' ? scale : 'auto',
    axis: query.get('x') === 'time' ? 'time' : 'step',
    smoothing: smoothing > 0 && smoothing < 1 ? smoothing : 0,
    showRaw: query.get('raw') !== 'no',
    ignoreOutliers: query.get('outliers') === 'no',
  };
}
