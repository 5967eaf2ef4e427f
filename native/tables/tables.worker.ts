import { parentPort } from 'node:worker_threads';
import { convertTable } from './convert-table.ts';
import { crossing } from './crossed-error.ts';
import { PageReader } from './page-table.ts';
import { profileTable } from './profile-table.ts';
import type { FromTables, TablesRequest, ToTables } from './worker-messages.ts';

/** The thread on which tables are read and written; see tables.ts for the side that asks. */
const port = parentPort!;
const pages = new PageReader();
const underWay = new Map<number, AbortController>();

port.on('message', (message: ToTables) => {
  if (message.kind === 'request') void serve(message.id, message.request);
  else if (message.kind === 'abort') underWay.get(message.id)?.abort();
  else void close();
});

async function serve(id: number, request: TablesRequest): Promise<void> {
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

function answer(id: number, request: TablesRequest, signal: AbortSignal): Promise<unknown> {
  switch (request.call) {
    case 'convert':
      return convertTable(request.sources, request.destinationPath, signal, (progress) =>
        tell({ kind: 'progress', id, progress }),
      );
    case 'page':
      return pages.page(request.parquetPath, request.offset, request.limit);
    case 'browse':
      return pages.read(request.request, signal);
    case 'profile':
      return profileTable(request.parquetPath, signal);
  }
}

function tell(message: FromTables): void {
  port.postMessage(message);
}

async function close(): Promise<void> {
  for (const abort of underWay.values()) abort.abort();
  await pages.close();
  port.close();
}
