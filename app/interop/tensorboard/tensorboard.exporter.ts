import fs from 'node:fs';
import path from 'node:path';
import type { ExportedArtifact, ExportedRun, RunExporter } from '../../kernel/ports/run-transfer.ts';
import { inside } from '../../kernel/workspace-folders.ts';
import { pathOf } from '../source-files.ts';
import { fileHeader, hyperParameterRecords, imageRecord, scalarRecord } from './event-writer.ts';

const LARGEST_IMAGE_BYTES = 16 << 20;

/** A folder with one event file for each run: scalars as doubles, logged PNG pictures, hyper-parameters. */
export function createTensorBoardExporter(): RunExporter {
  return {
    format: 'tensorboard',
    title: 'TensorBoard event files',
    async write(runs, folder, _destination, signal) {
      const notes: string[] = [];
      const taken = new Set<string>();
      for await (const run of runs) {
        signal.throwIfAborted();
        const wanted = pathOf(run.name);
        const name = taken.has(wanted) ? `${wanted}-${run.id.slice(-8)}` : wanted;
        taken.add(name);
        notes.push(...(await writeRun(run, inside(folder, name), signal)));
      }
      return notes;
    },
  };
}

async function writeRun(run: ExportedRun, folder: string, signal: AbortSignal): Promise<string[]> {
  await fs.promises.mkdir(folder, { recursive: true });
  const startedMs = run.startedAt ?? run.createdAt;
  const seconds = String(Math.floor(startedMs / 1000)).padStart(10, '0');
  const file = await fs.promises.open(
    path.join(folder, `events.out.tfevents.${seconds}.lathe.${run.id}`),
    'wx',
  );
  try {
    await file.writeFile(Buffer.concat([fileHeader(startedMs), ...hyperParameterRecords(run)]));
    const seen = new Set<string>();
    for await (const points of run.points()) {
      signal.throwIfAborted();
      const records = points.map((point) => {
        const first = !seen.has(point.key);
        seen.add(point.key);
        return scalarRecord(point, first);
      });
      await file.writeFile(Buffer.concat(records));
    }
    let left = 0;
    for (const artifact of run.artifacts) {
      signal.throwIfAborted();
      const image = await imageOf(artifact, startedMs);
      if (image) await file.writeFile(image);
      else left += 1;
    }
    return left > 0 ? [`${run.name}: ${left} artifacts have no place in event files and were left out.`] : [];
  } finally {
    await file.close();
  }
}

async function imageOf(artifact: ExportedArtifact, timeMs: number): Promise<Buffer | null> {
  if (artifact.kind !== 'image' || artifact.sizeBytes > LARGEST_IMAGE_BYTES) return null;
  const bytes = await fs.promises.readFile(artifact.filePath);
  // Width and height stand in the first chunk of every PNG.
  if (bytes.length < 24 || bytes.toString('latin1', 1, 4) !== 'PNG') return null;
  const size = { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
  return imageRecord(artifact.key ?? artifact.path, artifact.step ?? 0, timeMs, size, bytes);
}
