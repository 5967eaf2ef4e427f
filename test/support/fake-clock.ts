import type { Clock } from '../../app/kernel/clock.ts';

export interface FakeClock extends Clock {
  forward(ms: number): void;
}

/** A clock that moves only when told to. */
export function fakeClock(startMs = 1_750_000_000_000): FakeClock {
  let now = startMs;
  return {
    now: () => now,
    forward(ms) {
      now += ms;
    },
  };
}
