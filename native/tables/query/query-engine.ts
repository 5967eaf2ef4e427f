import { Worker } from 'node:worker_threads';
import { AppError } from '../../../app/kernel/app-error.ts';
import type { Answer, QueryEngine, Question } from '../../../app/kernel/ports/query-engine.ts';
import { entryUrl } from '../../entry-url.ts';
import { restored } from '../crossed-error.ts';
import type { CrossedQuestion, FromQuery, ToQuery } from './messages.ts';

/** More questions than these at a time would only take each other's memory and processors. */
const MOST_AT_A_TIME = 2;

/** SQL by DuckDB, in a thread for each question: what one of them holds is gone with it, and tables elsewhere stay quick. */
export function createQueryEngine(): QueryEngine {
  const underWay = new Set<Promise<unknown>>();
  const closing = new AbortController();
  return {
    async ask(question, signal) {
      if (underWay.size >= MOST_AT_A_TIME) {
        throw new AppError('NOT_READY', `${underWay.size} SQL queries are being answered already.`, {
          nextStep: 'Wait for one of them to end.',
        });
      }
      const stop = signal ? AbortSignal.any([signal, closing.signal]) : closing.signal;
      const asked = askWorker(question, stop);
      const settled = asked.catch(() => {});
      underWay.add(settled);
      try {
        return await asked;
      } finally {
        underWay.delete(settled);
      }
    },
    async close() {
      closing.abort();
      await Promise.all(underWay);
    },
  };
}

async function askWorker({ fed, ...question }: Question, signal: AbortSignal): Promise<Answer> {
  signal.throwIfAborted();
  const batches = fed?.batches[Symbol.iterator]();
  const crossed: CrossedQuestion = {
    ...question,
    fed: fed && { name: fed.name, columns: fed.columns },
  };
  const worker = new Worker(entryUrl('query.worker'), { workerData: crossed });
  const send = (message: ToQuery) => worker.postMessage(message);
  const abort = () => send({ kind: 'abort' });
  signal.addEventListener('abort', abort);
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  try {
    return await new Promise<Answer>((resolve, reject) => {
      worker.on('message', (message: FromQuery) => {
        if (message.kind === 'done') resolve(message.answer);
        else if (message.kind === 'failed') reject(restored(message.error));
        else {
          try {
            const next = batches?.next();
            send({ kind: 'batch', columns: next?.done === false ? next.value : null });
          } catch (error) {
            reject(error);
            abort();
          }
        }
      });
      const ended = (cause?: unknown) =>
        reject(new AppError('TARGET_FAILED', 'The thread that answers SQL queries ended.', { cause }));
      worker.on('error', ended);
      worker.on('exit', () => ended());
    });
  } finally {
    signal.removeEventListener('abort', abort);
    batches?.return?.();
    // It ends by itself once it has given its memory and files back.
    await exited;
  }
}
