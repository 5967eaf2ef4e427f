import { parentPort } from 'node:worker_threads';
import type { DataFormat } from '../../app/kernel/ports/data-format.ts';
import { crossing } from '../tables/crossed-error.ts';
import { queryDuckdb } from './databases/duckdb-query.ts';
import { querySqlite } from './databases/sqlite-query.ts';
import { convertText } from './databases/text-table.ts';
import { threadFormats } from './registry.ts';
import type { FormatsRequest, FromFormats, ToFormats } from './worker-messages.ts';

/** The thread on which files of other programs are read; see formats.ts for the side that asks. */
const port = parentPort!;
const underWay = new Map<number, AbortController>();

port.on('message', (message: ToFormats) => {
  if (message.kind === 'request') void serve(message.id, message.request);
  else underWay.get(message.id)?.abort();
});

async function serve(id: number, request: FormatsRequest): Promise<void> {
  const abort = new AbortController();
  underWay.set(id, abort);
  try {
    tell({ kind: 'done', id, result: await answer(id, request, abort.signal) });
  } catch (error) {
    tell({ kind: 'failed', id, error: crossing(error) });
  } finally {
    underWay.delete(id);
  }
}

async function answer(id: number, request: FormatsRequest, signal: AbortSignal): Promise<unknown> {
  switch (request.call) {
    case 'recognise':
      for (const format of threadFormats) if (await format.recognise(request.files)) return format.name;
      return null;
    case 'tabulate':
      return formatNamed(request.format).tabulate(request.files, request.destinationPath, {
        signal,
        onProgress: (progress) => tell({ kind: 'progress', id, progress }),
      });
    case 'duckdb':
      return queryDuckdb(request.query, signal);
    case 'sqlite':
      return querySqlite(request.query, signal);
    case 'text-table':
      return convertText(request.table, signal);
  }
}

/** The names come from the registry itself: another one is a fault of the program. */
function formatNamed(name: string): DataFormat {
  const format = threadFormats.find((each) => each.name === name);
  if (!format) throw new Error(`no format is called ${name}`);
  return format;
}

function tell(message: FromFormats): void {
  port.postMessage(message);
}
