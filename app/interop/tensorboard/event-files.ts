import { WireReader } from '../protobuf/wire-reader.ts';
import { openRegular, type SourceFile, sha256 } from '../source-files.ts';
import { readRecords } from './record-file.ts';

/** The event files of one run. */
export interface EventFolder {
  readonly name: string;
  readonly files: readonly EventFile[];
}

export interface EventFile extends SourceFile {
  readonly identity: string;
  readonly startedAt: number;
  /** Whether anything follows the first record, which is only a header. */
  readonly hasValues: boolean;
}

export const isEventFile = (name: string): boolean => name.includes('tfevents');

/**
 * An event file by its name and its first record, which holds the time to the microsecond, host and process being in the name: copied or
 * moved it is the same one. Null while not even that record is whole.
 */
export async function identify(source: SourceFile, signal: AbortSignal): Promise<EventFile | null> {
  const file = await openRegular(source.path);
  try {
    let identified: EventFile | null = null;
    for await (const record of readRecords(file, 0, signal)) {
      if (identified) return { ...identified, hasValues: true };
      if (record.kind !== 'record') return null;
      const startedAt = timeOf(new WireReader(record.payload));
      if (!Number.isSafeInteger(startedAt) || startedAt < 0) return null;
      identified = { ...source, startedAt, identity: sha256(source.name, record.payload), hasValues: false };
    }
    return identified;
  } finally {
    await file.close();
  }
}

/** When a record was written, in epoch milliseconds. */
function timeOf(message: WireReader): number {
  let seconds = 0;
  while (message.next()) {
    if (message.field === 1) seconds = message.double();
    else message.skip();
  }
  return Math.round(seconds * 1000);
}

/** The folder that PyTorch's and tensorboardX's `add_hparams` makes for each call, named by the time. */
const hyperParameterFolder = /^(.*\/)?\d{9,11}\.\d+$/;

/**
 * Event files by run: a folder is a run, except that the first folder of `add_hparams` inside a run belongs to this run. Further ones are
 * runs of their own, as a search over hyper-parameters in one writer makes them.
 */
export function groupByRun(files: readonly EventFile[]): EventFolder[] {
  const folders = Map.groupBy(files, ({ folder }) => folder);
  const names = [...folders.keys()];
  const joined = new Map<string, string>();
  for (const name of names) {
    if (!hyperParameterFolder.test(name)) continue;
    const parent = name.includes('/') ? name.slice(0, name.lastIndexOf('/')) : '';
    if (folders.has(parent) && ![...joined.values()].includes(parent)) joined.set(name, parent);
  }
  return names
    .filter((name) => !joined.has(name))
    .map((name) => ({
      name,
      files: names
        .filter((each) => each === name || joined.get(each) === name)
        .flatMap((each) => folders.get(each)!),
    }));
}

/** A writer that was only used for `add_hparams` leaves a file with nothing in it beside the folders of the calls. */
export function withoutEmptyParents(files: readonly EventFile[]): EventFile[] {
  return files.filter(({ folder, hasValues }) => {
    const below = folder === '' ? '' : `${folder}/`;
    return hasValues || !files.some((other) => other.folder !== folder && other.folder.startsWith(below));
  });
}
