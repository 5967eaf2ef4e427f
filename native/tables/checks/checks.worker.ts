import { parentPort, workerData } from 'node:worker_threads';
import { crossing } from '../crossed-error.ts';
import { judgeTable } from './judge-table.ts';
import { lookForLeaks } from './look-for-leaks.ts';
import { makeSplit } from './make-split.ts';
import type { ChecksRequest, FromChecks } from './messages.ts';
import { layOut, rowsOfPart } from './part-rows.ts';
import type { Watch } from './watch.ts';

/** The thread that answers one call and ends; see check-engine.ts for the side that asks. */
const port = parentPort!;
const abort = new AbortController();
port.on('message', () => abort.abort());
const tell = (message: FromChecks) => port.postMessage(message);
const watch: Watch = {
  signal: abort.signal,
  progress: (fraction, message) => tell({ kind: 'progress', fraction, message }),
};

function answer(request: ChecksRequest): Promise<unknown> | unknown {
  switch (request.call) {
    case 'judge':
      return judgeTable(request.request, watch);
    case 'split':
      return makeSplit(request.request, watch);
    case 'leakage':
      return lookForLeaks(request.request, watch);
    case 'rows':
      return rowsOfPart(request.assignment, request.part, request);
    case 'layOut':
      return layOut(request, watch);
  }
}

try {
  tell({ kind: 'done', result: await answer(workerData as ChecksRequest) });
} catch (error) {
  tell({ kind: 'failed', error: crossing(error) });
} finally {
  port.close();
}
