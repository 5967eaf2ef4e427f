import { useCallback, useEffect, useRef, useState } from 'react';
import type { Endpoint, Tensor } from '../../../app/contract/serving.contract.ts';
import { client } from '../../client/orpc.ts';
import { type Prediction, readPrediction } from './try-it.ts';

interface Answer {
  readonly prediction: Prediction;
  readonly durationMs: number;
  readonly modelMs: number | null;
}

interface Predicting {
  readonly answer: Answer | null;
  readonly error: unknown;
  /** Sends tensors; while one request is under way only the newest of the later ones is kept. */
  readonly send: (tensors: Tensor[]) => void;
  readonly clear: () => void;
}

/** Asks an endpoint as fast as it answers, so that a result follows a drawing hand without a queue. */
export function usePredict(endpoint: Endpoint): Predicting {
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [error, setError] = useState<unknown>(null);
  const busy = useRef(false);
  const next = useRef<Tensor[] | null>(null);
  const mounted = useRef(true);
  useEffect(() => {
    mounted.current = true;
    return () => {
      mounted.current = false;
    };
  }, []);
  const { id, task, labels } = endpoint;
  const send = useCallback(
    (tensors: Tensor[]) => {
      next.current = tensors;
      if (busy.current) return;
      busy.current = true;
      const drain = async () => {
        while (next.current && mounted.current) {
          const inputs = next.current;
          next.current = null;
          try {
            const { outputs, durationMs, modelMs } = await client.serving.predict({ endpoint: id, inputs });
            setAnswer({ prediction: readPrediction({ task, labels }, outputs), durationMs, modelMs });
            setError(null);
          } catch (reason) {
            setError(reason);
          }
        }
        busy.current = false;
      };
      void drain();
    },
    [id, task, labels],
  );
  const clear = useCallback(() => {
    next.current = null;
    setAnswer(null);
    setError(null);
  }, []);
  return { answer, error, send, clear };
}
