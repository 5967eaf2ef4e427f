import path from 'node:path';
import { AppError } from '../../kernel/app-error.ts';
import type { ImportedBatch, ImportedRun, RunImporter } from '../../kernel/ports/run-transfer.ts';
import { openRegular, type SourceFile, statOf, walkFiles } from '../source-files.ts';
import { readEvent } from './event.ts';
import {
  type EventFile,
  type EventFolder,
  groupByRun,
  identify,
  isEventFile,
  withoutEmptyParents,
} from './event-files.ts';
import { type EventPosition, readPosition } from './event-position.ts';
import { readRecords } from './record-file.ts';
import { type Gathered, gatherGraph, gatherValue } from './summary-values.ts';

const POINTS_PER_BATCH = 16_384;
const BYTES_PER_BATCH = 4 << 20;

/**
 * TensorBoard's event files, by whatever wrote them. A log that is still written is read as far as it is whole; what comes later is read
 * from there.
 */
export function createTensorBoardImporter(): RunImporter {
  return {
    format: 'tensorboard',
    title: 'TensorBoard event files',
    async recognises(source) {
      const stat = await statOf(source);
      if (stat?.isFile()) return isEventFile(path.basename(source));
      if (!stat?.isDirectory()) return false;
      for await (const _file of walkFiles(source, isEventFile)) return true;
      return false;
    },
    async scan(source, signal) {
      const files: EventFile[] = [];
      for await (const file of sources(source, signal)) {
        const identified = await identify(file, signal);
        if (identified) files.push(identified);
      }
      const root = path.basename((await statOf(source))?.isFile() ? path.dirname(source) : source);
      const runs: ImportedRun[] = [];
      for (const folder of groupByRun(withoutEmptyParents(files))) runs.push(runOf(folder, root));
      return runs;
    },
  };
}

async function* sources(source: string, signal: AbortSignal): AsyncGenerator<SourceFile> {
  if ((await statOf(source))?.isFile()) {
    yield { path: source, name: path.basename(source), folder: '' };
    return;
  }
  yield* walkFiles(source, isEventFile, signal);
}

function runOf({ name, files }: EventFolder, root: string): ImportedRun {
  const [first, ...others] = files;
  return {
    identities: [first!.identity, ...others.map(({ identity }) => identity)],
    name: name === '' ? root : name,
    experiment: root,
    tellsEnd: false,
    startedAt: Math.min(...files.map(({ startedAt }) => startedAt)),
    read: (position, signal) => readRun(files, position, signal),
  };
}

async function* readRun(
  files: readonly EventFile[],
  from: string | null,
  signal: AbortSignal,
): AsyncGenerator<ImportedBatch> {
  const position: EventPosition = readPosition(from);
  for (const [index, file] of files.entries()) {
    for await (const { fraction = 1, ...batch } of readFile(file, position, signal)) {
      yield { ...batch, fraction: (index + fraction) / files.length };
    }
  }
}

async function* readFile(
  source: EventFile,
  position: EventPosition,
  signal: AbortSignal,
): AsyncGenerator<ImportedBatch> {
  const file = await openRegular(source.path);
  try {
    const { size } = await file.stat();
    const known = Object.hasOwn(position, source.identity) ? position[source.identity]! : null;
    // A shorter file than was read is another one under an old name.
    const again = known !== null && known.offset > size;
    const plugins: Record<string, string> = again ? {} : { ...known?.plugins };
    let offset = again ? 0 : (known?.offset ?? 0);
    if (offset === size) return;
    let gathered = nothing();
    let endedAt = source.startedAt;
    const notes: string[] = [];
    const take = (): ImportedBatch => {
      position[source.identity] = { offset, plugins: { ...plugins } };
      const batch = toBatch(gathered, position, notes.splice(0), endedAt);
      gathered = nothing();
      return {
        ...batch,
        ...(again && { compare: true }),
        fraction: size === 0 ? 1 : Math.min(1, offset / size),
      };
    };
    for await (const record of readRecords(file, offset, signal)) {
      if (record.kind === 'damaged') {
        notes.push(`${source.name} is damaged from byte ${record.at} on; what follows was not read.`);
        break;
      }
      offset = record.end;
      if (record.kind === 'skipped') {
        notes.push(`A record of ${record.sizeBytes} bytes in ${source.name} was passed over.`);
        continue;
      }
      endedAt = Math.max(endedAt, gatherRecord(record.payload, plugins, gathered, notes, source.name));
      if (gathered.points.length >= POINTS_PER_BATCH || gathered.heldBytes >= BYTES_PER_BATCH) yield take();
    }
    yield take();
  } finally {
    await file.close();
  }
}

/** @returns when the record was written, in epoch milliseconds */
function gatherRecord(
  payload: Uint8Array,
  plugins: Record<string, string>,
  into: Gathered,
  notes: string[],
  fileName: string,
): number {
  try {
    const event = readEvent(payload);
    gatherGraph(event, into);
    for (const value of event.values) gatherValue(event, value, plugins, into);
    return Number.isSafeInteger(event.timeMs) ? event.timeMs : 0;
  } catch (error) {
    // The checksum fits, so a program wrote it so: it is one record that nobody can read, not a torn file.
    if (!(error instanceof AppError) || error.code !== 'DATA_MALFORMED') throw error;
    notes.push(`A record of ${fileName} was passed over: ${error.message}`);
    return 0;
  }
}

const nothing = (): Gathered => ({
  points: [],
  artifacts: [],
  hyperParameters: [],
  left: new Map(),
  heldBytes: 0,
});

function toBatch(
  gathered: Gathered,
  position: EventPosition,
  notes: readonly string[],
  endedAt: number,
): ImportedBatch {
  const last = gathered.hyperParameters.findLast(({ status }) => status !== undefined);
  return {
    position: JSON.stringify(position),
    points: gathered.points,
    artifacts: gathered.artifacts,
    params: Object.assign({}, ...gathered.hyperParameters.map(({ params }) => params)),
    ...(last?.status && { status: last.status }),
    endedAt: last?.endedAt ?? endedAt,
    notes: [...notes, ...[...gathered.left].map(([kind, count]) => `${count} ${kind} were left out.`)],
  };
}
