/** How work tells how far it is, and learns that it should stop. */
export interface Watch {
  readonly signal: AbortSignal;
  /** @param fraction 0 to 1 */
  progress(fraction: number, message: string): void;
}

/** The watch of a step that is this part of the whole. */
export function step({ signal, progress }: Watch, from: number, to: number): Watch {
  return { signal, progress: (fraction, message) => progress(from + fraction * (to - from), message) };
}

/** For work whose end nobody waits for. */
export function quietly(signal: AbortSignal): Watch {
  return { signal, progress() {} };
}
