import { type RefObject, useEffect, useRef, useState } from 'react';

/** Browsers lay out no more than some 16 to 33 million pixels; taller content is scrolled in proportion. */
const mostPx = 8_000_000;

interface ScrollGeometry {
  readonly rows: number;
  readonly rowHeight: number;
  /** Height that shows rows. */
  readonly viewHeight: number;
}

/** Height to lay out for the rows, in pixels. */
export function layoutHeight({ rows, rowHeight }: Pick<ScrollGeometry, 'rows' | 'rowHeight'>): number {
  return Math.min(rows * rowHeight, mostPx);
}

/** How many pixels of rows stand behind one pixel of the scroll bar's way; 1 where everything fits. */
export function pixelsPerPixel(geometry: ScrollGeometry): number {
  const way = layoutHeight(geometry) - geometry.viewHeight;
  const content = geometry.rows * geometry.rowHeight - geometry.viewHeight;
  return way <= 0 || content <= 0 ? 1 : content / way;
}

/** The first row in view and how far it is pushed up, for a place in the rows in pixels. */
export function rowAt(topPx: number, { rowHeight }: Pick<ScrollGeometry, 'rowHeight'>) {
  const first = Math.floor(topPx / rowHeight);
  return { first, shiftPx: first * rowHeight - topPx };
}

interface TallScrollOptions {
  readonly scroller: RefObject<HTMLElement | null>;
  readonly rows: number;
  readonly rowHeight: number;
  /** Height of what stays at the top of the scroller, over the rows. */
  readonly headPx: number;
}

/**
 * Scrolling over any number of rows: the place in the rows, in pixels, and the height to lay out. The wheel and
 * `scrollTo` move by true pixels however tall the rows are together; the scroll bar spans them all.
 */
export function useTallScroll({ scroller, rows, rowHeight, headPx }: TallScrollOptions) {
  const [view, setView] = useState({ topPx: 0, viewHeight: 0, viewWidth: 0 });
  const geometry = { rows, rowHeight, viewHeight: view.viewHeight };
  const latest = useRef({ geometry, topPx: 0 });
  latest.current.geometry = geometry;

  const scrollTo = (topPx: number) => {
    const { geometry: now } = latest.current;
    const most = Math.max(0, now.rows * now.rowHeight - now.viewHeight);
    const next = Math.max(0, Math.min(most, topPx));
    latest.current.topPx = next;
    if (scroller.current) scroller.current.scrollTop = next / pixelsPerPixel(now);
    setView((before) => ({ ...before, topPx: next }));
  };
  const scroll = useRef(scrollTo);
  scroll.current = scrollTo;

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const onScroll = () => {
      const ratio = pixelsPerPixel(latest.current.geometry);
      // What `scrollTo` set comes back rounded to whole pixels of the bar: it is no news.
      if (Math.abs(element.scrollTop - latest.current.topPx / ratio) <= 1) return;
      latest.current.topPx = element.scrollTop * ratio;
      setView((before) => ({ ...before, topPx: latest.current.topPx }));
    };
    const onWheel = (event: WheelEvent) => {
      if (event.ctrlKey || event.deltaY === 0 || pixelsPerPixel(latest.current.geometry) === 1) return;
      event.preventDefault();
      const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? rowHeight : 1;
      scroll.current(latest.current.topPx + event.deltaY * unit);
    };
    const observer = new ResizeObserver(() => {
      setView((before) => ({
        ...before,
        viewHeight: Math.max(0, element.clientHeight - headPx),
        viewWidth: element.clientWidth,
      }));
    });
    observer.observe(element);
    element.addEventListener('scroll', onScroll, { passive: true });
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', onScroll);
      element.removeEventListener('wheel', onWheel);
    };
  }, [scroller, rowHeight, headPx]);

  return { ...view, height: layoutHeight(geometry), scrollTo };
}
