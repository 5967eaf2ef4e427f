import path from 'node:path';
import { AppError } from '../../kernel/app-error.ts';
import type {
  ImportedArtifact,
  ImportedBatch,
  ImportedRun,
  RunImporter,
} from '../../kernel/ports/run-transfer.ts';
import { fileMark, openRegular, type SourceFile, sha256, statOf, walkFiles } from '../source-files.ts';
import { artifactFiles } from './artifact-files.ts';
import { Gathering } from './gather-records.ts';
import { type RunFacts, readRecord } from './record.ts';
import { isRecordLog, readLog } from './record-log.ts';
import { readPosition, unread, type WandbPart } from './wandb-position.ts';

const isLog = (name: string): boolean => name.endsWith('.wandb');
const FILES_PER_BATCH = 64;

/** One `offline-run-*` or `run-*` folder; a run that was resumed has several. */
interface RunPart {
  readonly name: string;
  readonly logPath: string;
  readonly folder: string;
  readonly facts: RunFacts;
}

/** Folders that `wandb` writes, with or without the network: the log of records, and the files beside it. Nothing is asked of a server. */
export function createWandbImporter(): RunImporter {
  return {
    format: 'wandb',
    title: 'Weights & Biases runs (offline-run-* folders)',
    async recognises(source) {
      const stat = await statOf(source);
      if (stat?.isFile()) return isLog(source) && (await hasHeader(source));
      if (!stat?.isDirectory()) return false;
      for await (const file of walkFiles(source, isLog)) if (await hasHeader(file.path)) return true;
      return false;
    },
    async scan(source, signal) {
      const parts: RunPart[] = [];
      for await (const file of logs(source, signal)) {
        const facts = await readFacts(file.path, signal);
        if (facts === null) continue;
        const folder = path.dirname(file.path);
        parts.push({ name: `${path.basename(folder)}/${file.name}`, logPath: file.path, folder, facts });
      }
      const byRun = Map.groupBy(parts, ({ facts: { entity, project, id } }) => sha256(entity, project, id));
      return [...byRun].map(([identity, ofRun]) => runOf(identity, ofRun));
    },
  };
}

async function* logs(source: string, signal: AbortSignal): AsyncGenerator<SourceFile> {
  if ((await statOf(source))?.isFile()) yield { path: source, name: path.basename(source), folder: '' };
  else yield* walkFiles(source, isLog, signal);
}

async function hasHeader(filePath: string): Promise<boolean> {
  const file = await openRegular(filePath).catch(() => null);
  try {
    return file !== null && (await isRecordLog(file));
  } finally {
    await file?.close();
  }
}

/** What the log says of its run near its beginning; null while it does not say it yet, or for another kind of file. */
async function readFacts(filePath: string, signal: AbortSignal): Promise<RunFacts | null> {
  const file = await openRegular(filePath);
  try {
    if (!(await isRecordLog(file))) return null;
    let records = 0;
    for await (const record of readLog(file, 0, signal)) {
      const said = record.kind === 'record' ? readRecord(record.payload) : null;
      if (said?.kind === 'run') return said.run;
      records += 1;
      if (records === 100) return null;
    }
    return null;
  } catch (error) {
    if (error instanceof AppError && error.code === 'DATA_MALFORMED') return null;
    throw error;
  } finally {
    await file.close();
  }
}

function runOf(identity: string, parts: readonly RunPart[]): ImportedRun {
  const { facts } = parts[0]!;
  const times = parts.flatMap((part) => part.facts.startedAt ?? []);
  return {
    identities: [identity],
    name: facts.name || facts.id,
    experiment: facts.project || null,
    tellsEnd: true,
    startedAt: times.length > 0 ? Math.min(...times) : null,
    read: (position, signal) => readRun(parts, position, signal),
  };
}

async function* readRun(
  parts: readonly RunPart[],
  from: string | null,
  signal: AbortSignal,
): AsyncGenerator<ImportedBatch> {
  const position = readPosition(from);
  for (const [index, source] of parts.entries()) {
    const part = Object.hasOwn(position, source.name) ? position[source.name]! : unread();
    position[source.name] = part;
    const isLast = index === parts.length - 1;
    for await (const batch of readPart(source, part, isLast, signal)) {
      yield {
        ...batch,
        position: JSON.stringify(position),
        fraction: (index + (batch.fraction ?? 1)) / parts.length,
      };
    }
  }
}

type UnplacedBatch = Omit<ImportedBatch, 'position'>;

async function* readPart(
  source: RunPart,
  part: WandbPart,
  isLast: boolean,
  signal: AbortSignal,
): AsyncGenerator<UnplacedBatch> {
  const file = await openRegular(source.logPath);
  try {
    const { size } = await file.stat();
    const compare = part.offset > size;
    if (compare) Object.assign(part, unread());
    if (part.offset < size) {
      const gathering = new Gathering(part, source.facts.startedAt);
      const notes: string[] = [];
      const take = async (): Promise<UnplacedBatch> => {
        const { status, versions, ...batch } = gathering.take();
        const artifacts = [...(batch.artifacts ?? [])];
        for (const version of versions) {
          const found = await artifactFiles(version, signal);
          artifacts.push(...found.artifacts);
          notes.push(...found.notes);
        }
        return {
          ...batch,
          artifacts,
          ...(compare && { compare }),
          ...(isLast && { status: status ?? 'running' }),
          notes: [...(batch.notes ?? []), ...notes.splice(0)],
          fraction: size === 0 ? 1 : part.offset / size,
        };
      };
      for await (const record of readLog(file, part.offset, signal)) {
        if (record.kind === 'damaged') {
          notes.push(
            `${path.basename(source.logPath)} is damaged at byte ${record.at}; a part was passed over.`,
          );
          continue;
        }
        const said = readRecord(record.payload);
        gathering.add(said);
        part.offset = record.end;
        // The summary of a step comes before its history: between the two its metrics are not known as such.
        if (gathering.full && (said?.kind === 'history' || said?.kind === 'output')) yield await take();
      }
      yield await take();
    }
  } finally {
    await file.close();
  }
  yield* readFiles(source, part, signal);
}

/** The files beside the log that are new or changed, with the key and step that they were logged under. */
async function* readFiles(
  source: RunPart,
  part: WandbPart,
  signal: AbortSignal,
): AsyncGenerator<UnplacedBatch> {
  const root = path.join(source.folder, 'files');
  if (!(await statOf(root))?.isDirectory()) return;
  let artifacts: ImportedArtifact[] = [];
  for await (const { path: filePath, folder, name } of walkFiles(root, () => true, signal)) {
    const relative = folder === '' ? name : `${folder}/${name}`;
    const mark = await fileMark(filePath);
    if (part.files[relative] === mark) continue;
    part.files[relative] = mark;
    const logged = Object.hasOwn(part.media, relative) ? part.media[relative] : undefined;
    artifacts.push({
      path: relative,
      ...(logged && { key: logged.key, step: logged.step }),
      content: { from: 'file', filePath },
    });
    if (artifacts.length === FILES_PER_BATCH) {
      yield { artifacts };
      artifacts = [];
    }
  }
  if (artifacts.length > 0) yield { artifacts };
}
