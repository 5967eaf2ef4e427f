import type { Run } from '../../../app/contract/runs.contract.ts';
import { client } from '../../client/orpc.ts';
import { saveAsFile } from '../models/download.ts';
import type { LogStream } from './use-log.ts';

/** The most that the core gives of a log at once. */
const sliceBytes = 1_048_576;

/** Saves everything that a run printed on a stream as a file of the browser. */
export async function saveLog({ id, name }: Pick<Run, 'id' | 'name'>, stream: LogStream): Promise<void> {
  const parts: string[] = [];
  for (let offset = 0; ; ) {
    const slice = await client.runs.logs({ id, stream, offset, limit: sliceBytes });
    parts.push(slice.text);
    if (slice.nextOffset === offset || slice.nextOffset >= slice.sizeBytes) break;
    offset = slice.nextOffset;
  }
  saveAsFile(`${name}.${stream}.log`, parts);
}
