import { type RefObject, useEffect } from 'react';

let awaited = false;

/** Said by the shell when the path changed: the next page heading that appears takes the focus. */
export function expectArrival(): void {
  awaited = true;
}

/** Focus a page's heading when it appears after navigation, so that keyboard and screen reader start there. */
export function useArrival(heading: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    if (!awaited) return;
    awaited = false;
    heading.current?.focus({ preventScroll: true });
  });
}
