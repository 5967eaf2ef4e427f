import { AppError } from '../../app/kernel/app-error.ts';

/**
 * Calls that store go on side by side; collection and repair have the store to themselves. They do not wait for those that store, because
 * an import may take hours; those that store wait for them.
 */
export class StoreGate {
  #storing = 0;
  #alone: Promise<void> | null = null;

  async together<T>(work: () => Promise<T>): Promise<T> {
    while (this.#alone) await this.#alone;
    this.#storing++;
    try {
      return await work();
    } finally {
      this.#storing--;
    }
  }

  /** @returns the release @throws AppError CONFLICT while anything is being stored, collected or repaired */
  alone(): () => void {
    if (this.#storing > 0 || this.#alone) {
      throw new AppError('CONFLICT', 'The data store is being written to, collected or repaired.', {
        nextStep: 'Wait until imports and other work on the store are done, then try again.',
      });
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#alone = promise;
    return () => {
      this.#alone = null;
      resolve();
    };
  }
}
