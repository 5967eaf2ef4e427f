import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { crossing } from '../crossed-error.ts';
import { answerQuestion } from './answer-question.ts';
import type { CrossedQuestion, FromQuery, ToQuery } from './messages.ts';

/** The thread that answers one question and ends; see query-engine.ts for the side that asks. */
const port = parentPort!;
const abort = new AbortController();
const tell = (message: FromQuery) => port.postMessage(message);

port.on('message', (message: ToQuery) => {
  if (message.kind === 'abort') abort.abort();
});

async function* batches() {
  for (;;) {
    tell({ kind: 'next' });
    const [message] = (await once(port, 'message', { signal: abort.signal })) as [ToQuery];
    if (message.kind === 'abort' || message.columns === null) return;
    yield message.columns;
  }
}

try {
  tell({
    kind: 'done',
    answer: await answerQuestion(workerData as CrossedQuestion, batches(), abort.signal),
  });
} catch (error) {
  tell({ kind: 'failed', error: crossing(error) });
} finally {
  port.close();
}
