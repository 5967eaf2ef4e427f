import { parentPort } from 'node:worker_threads';
import type { DataFormat, FormatFile } from '../../app/kernel/ports/data-format.ts';
import { crossing } from '../tables/crossed-error.ts';
import { extensionsOf } from './files/names.ts';
import { formatsFor, threadFormats } from './registry.ts';
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
      return recognise(request.files);
    case 'tabulate':
      return (await formatNamed(request.format)).tabulate(request.files, request.destinationPath, {
        signal,
        onProgress: (progress) => tell({ kind: 'progress', id, progress }),
      });
    case 'duckdb':
      return (await import('./databases/duckdb-query.ts')).queryDuckdb(request.query, signal);
    case 'sqlite':
      return (await import('./databases/sqlite-query.ts')).querySqlite(request.query, signal);
    case 'text-table':
      return (await import('./databases/text-table.ts')).convertText(request.table, signal);
  }
}

async function recognise(files: readonly FormatFile[]): Promise<string | null> {
  for (const { name, load } of formatsFor(extensionsOf(files))) {
    const format = await load();
    if (await format.recognise(files)) return name;
  }
  return null;
}

/** The names come from the registry itself: another one is a fault of the program. */
async function formatNamed(name: string): Promise<DataFormat> {
  const format = threadFormats.find((each) => each.name === name);
  if (!format) throw new Error(`no format is called ${name}`);
  return format.load();
}

function tell(message: FromFormats): void {
  port.postMessage(message);
}
