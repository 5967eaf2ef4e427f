import { MlflowError } from './mlflow-error.ts';

interface Waiting {
  readonly action: () => unknown;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Requests that come at the same time share one transaction, and so one wait for the disk. Each checks before it writes: a refusal
 * (MlflowError) leaves nothing behind and does not keep the others from their commit. After any other error all is rolled back and
 * each is done on its own.
 */
export function createWriteQueue(transaction: <T>(body: () => T) => T) {
  const waiting: Waiting[] = [];

  function flush(): void {
    const group = waiting.splice(0);
    try {
      const outcomes = transaction(() => group.map(({ action }) => attempt(action)));
      for (const [index, outcome] of outcomes.entries()) settle(group[index]!, outcome);
    } catch {
      for (const one of group) alone(one);
    }
  }

  function alone(one: Waiting): void {
    try {
      settle(
        one,
        transaction(() => attempt(one.action)),
      );
    } catch (error) {
      one.reject(error);
    }
  }

  return {
    /** @returns what the action returns, once it is on the disk */
    run<T>(action: () => T): Promise<T> {
      return new Promise<T>((resolve, reject) => {
        if (waiting.length === 0) setImmediate(flush);
        waiting.push({ action, resolve, reject });
      });
    },
  };
}

type Outcome = { readonly value: unknown } | { readonly refusal: MlflowError };

function attempt(action: () => unknown): Outcome {
  try {
    return { value: action() };
  } catch (error) {
    if (error instanceof MlflowError) return { refusal: error };
    throw error;
  }
}

function settle({ resolve, reject }: Waiting, outcome: Outcome): void {
  if ('value' in outcome) resolve(outcome.value as never);
  else reject(outcome.refusal);
}
