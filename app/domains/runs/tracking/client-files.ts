import fs from 'node:fs';
import type { ArtifactId, Digest, RunId, UploadId } from '../../../contract/ids.ts';
import type { Artifact } from '../../../contract/runs.contract.ts';
import { AppError } from '../../../kernel/app-error.ts';
import type { Core } from '../../../kernel/core.ts';
import { newId } from '../../../kernel/new-id.ts';
import type { SqlRow } from '../../../kernel/ports/database.ts';
import type { ClientFile, Tracking } from '../../../kernel/ports/tracking.ts';
import type { ObjectStore } from '../../../storage/object-store.ts';
import type { RunRepository } from '../runs.repository.ts';
import { type ArtifactPlace, artifactKind, artifactPlace } from './artifact-place.ts';

/** What fits this much is held in memory on its way to the store; what does not goes by a file. */
const SMALL_BYTES = 1 << 20;
const MAX_FILE_BYTES = 64 * 2 ** 30;

/** Takes a stream to the disk, for a moment. */
export interface Spool {
  receive(
    name: string,
    stream: AsyncIterable<Uint8Array>,
    limitBytes: number,
  ): Promise<{ readonly id: UploadId }>;
  path(id: UploadId): string;
  discard(id: UploadId): Promise<void>;
}

/** Files that clients upload: of runs among the run's artifacts, of logged models and others beside them. */
export function createClientFiles(
  core: Core,
  parts: { readonly repository: RunRepository; readonly objects: ObjectStore; readonly spool: Spool },
): Tracking['files'] {
  const { database, clock, events } = core;

  /** The table that holds the files of a place, and whose they are. */
  const whereOf = (place: ArtifactPlace) =>
    place.kind === 'run'
      ? { table: 'run_artifacts', column: 'run_id', owner: place.run as string }
      : { table: 'client_files', column: 'owner', owner: place.owner };

  function requireOwner(place: ArtifactPlace): void {
    if (place.kind === 'run' && !parts.repository.statusOf(place.run))
      throw new AppError('NOT_FOUND', `There is no run "${place.run}".`, { details: { run: place.run } });
    if (place.kind === 'run' || place.owner === '') return;
    if (database.prepare('SELECT 1 FROM logged_models WHERE id = ?').get(place.owner)) return;
    throw new AppError('NOT_FOUND', `There is no logged model "${place.owner}".`, {
      details: { model: place.owner },
    });
  }

  function keep(place: ArtifactPlace, file: { digest: Digest; sizeBytes: number }): void {
    database.transaction(() => {
      requireOwner(place);
      const id = newId<ArtifactId>(clock.now());
      const createdAt = clock.now();
      if (place.kind === 'run') {
        const artifact = { id, path: place.rest, ...file, ...artifactKind(place.rest), createdAt };
        parts.repository.putArtifact(place.run, artifact);
        events.append('run.updated', { kind: 'run', id: place.run }, { artifact: place.rest });
        return;
      }
      database
        .prepare(
          `INSERT INTO client_files (id, owner, path, size_bytes, digest, created_at) VALUES (?, ?, ?, ?, ?, ?)
           ON CONFLICT (owner, path) DO UPDATE SET size_bytes = excluded.size_bytes, digest = excluded.digest`,
        )
        .run(id, place.owner, place.rest, file.sizeBytes, file.digest, createdAt);
    });
  }

  /** Read until it does not fit, then hand what was read and the rest to the spool. */
  async function store(path: string, body: AsyncIterable<Uint8Array>) {
    const chunks: Uint8Array[] = [];
    let sizeBytes = 0;
    const iterator = body[Symbol.asyncIterator]();
    for (let next = await iterator.next(); ; next = await iterator.next()) {
      if (next.done) return parts.objects.put({ bytes: Buffer.concat(chunks) });
      chunks.push(next.value);
      sizeBytes += next.value.length;
      if (sizeBytes > SMALL_BYTES) break;
    }
    async function* whole() {
      yield* chunks.splice(0);
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
    }
    const { id } = await parts.spool.receive(path.split('/').at(-1)!, whole(), MAX_FILE_BYTES);
    try {
      return await parts.objects.put({ path: parts.spool.path(id) });
    } finally {
      await parts.spool.discard(id);
    }
  }

  return {
    find(path) {
      const place = artifactPlace(path);
      const { table, column, owner } = whereOf(place);
      const row = database
        .prepare(`SELECT * FROM ${table} WHERE ${column} = ? AND path = ?`)
        .get(owner, place.rest);
      return row ? toFile(path, row) : null;
    },
    list(folder) {
      const place = artifactPlace(folder);
      const { table, column, owner } = whereOf(place);
      const prefix = place.rest === '' ? '' : `${place.rest}/`;
      const entries = new Map<string, { name: string; isFolder: boolean; sizeBytes: number }>();
      for (const row of database
        .prepare(`SELECT path, size_bytes FROM ${table} WHERE ${column} = ? AND ${BELOW} ORDER BY path`)
        .all(owner, prefix, prefix)) {
        const [name, ...deeper] = String(row.path).slice(prefix.length).split('/');
        const isFolder = deeper.length > 0;
        entries.set(name!, { name: name!, isFolder, sizeBytes: isFolder ? 0 : Number(row.size_bytes) });
      }
      return [...entries.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    },
    async put(path, body) {
      const place = artifactPlace(path);
      requireOwner(place);
      const { digest, sizeBytes } = await store(path, body);
      keep(place, { digest, sizeBytes });
    },
    spool: async (body) => (await parts.spool.receive('part', body, MAX_FILE_BYTES)).id,
    spooled: (id) => fs.createReadStream(parts.spool.path(id as UploadId), { highWaterMark: SMALL_BYTES }),
    dropSpooled: (id) => parts.spool.discard(id as UploadId),
    remove(path) {
      const place = artifactPlace(path);
      const { table, column, owner } = whereOf(place);
      const prefix = place.rest === '' ? '' : `${place.rest}/`;
      database
        .prepare(`DELETE FROM ${table} WHERE ${column} = ? AND (path = ? OR ${BELOW})`)
        .run(owner, place.rest, prefix, prefix);
    },
    read: (digest, offset, length) => parts.objects.read(digest, offset, length),
  };
}

/** Whether a path begins with a folder; no pattern, as names hold any character. */
const BELOW = 'substr(path, 1, length(?)) = ?';

const toFile = (path: string, row: SqlRow): ClientFile => ({
  path,
  sizeBytes: Number(row.size_bytes),
  digest: row.digest as Digest,
});

/** The files of the models that a run logged, as artifacts of the run below the model's name. */
export function loggedModelArtifacts(database: Core['database'], run: RunId): Artifact[] {
  return database
    .prepare(
      `SELECT f.*, m.name || '/' || f.path AS shown FROM logged_models m JOIN client_files f ON f.owner = m.id
       WHERE m.source_run_id = ? AND m.deleted_at IS NULL ORDER BY shown`,
    )
    .all(run)
    .map(toLoggedArtifact);
}

export function loggedModelArtifact(
  database: Core['database'],
  id: ArtifactId,
): (Artifact & { runId: RunId }) | null {
  const row = database
    .prepare(
      `SELECT f.*, m.name || '/' || f.path AS shown, m.source_run_id FROM client_files f JOIN logged_models m ON f.owner = m.id
       WHERE f.id = ?`,
    )
    .get(id);
  return row ? { ...toLoggedArtifact(row), runId: row.source_run_id as RunId } : null;
}

function toLoggedArtifact(row: SqlRow): Artifact {
  const path = String(row.shown);
  return {
    id: row.id as ArtifactId,
    path,
    sizeBytes: Number(row.size_bytes),
    digest: row.digest as Digest,
    ...artifactKind(path),
    createdAt: Number(row.created_at),
  };
}
