import { AppError } from '../kernel/app-error.ts';

/**
 * Between storing a content and naming it in the database there is a moment in which it looks like garbage: what does both goes through
 * here, and collection only while nobody does.
 */
export interface StoreGate {
  /** Store contents and name them; waits while garbage is collected. */
  publish<T>(work: () => Promise<T>): Promise<T>;
  /** @throws AppError CONFLICT while something is being stored, or collected already */
  collect<T>(work: () => Promise<T>): Promise<T>;
}

export function createStoreGate(): StoreGate {
  let publishing = 0;
  let collecting: Promise<unknown> | null = null;

  return {
    async publish(work) {
      while (collecting) await collecting.catch(() => {});
      publishing += 1;
      try {
        return await work();
      } finally {
        publishing -= 1;
      }
    },
    async collect(work) {
      if (publishing > 0 || collecting) {
        const what = collecting
          ? 'Garbage is being collected already.'
          : 'Something is being imported at the moment.';
        throw new AppError('CONFLICT', what, {
          nextStep: 'Try again when it has ended: `lathe queue list` and the Jobs menu show what runs.',
        });
      }
      const going = work();
      collecting = going;
      try {
        return await going;
      } finally {
        collecting = null;
      }
    },
  };
}
