import fs from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { AppError, fromSystemError } from '../../kernel/app-error.ts';
import { inside } from '../../kernel/workspace-folders.ts';
import { orMissing } from './container-state.ts';
import type { Engine } from './engine.ts';
import { eachFile, type TarFile } from './untrusted-tar.ts';

/** Room that is left on this machine's disk whatever a container has written. */
const KEPT_FREE_BYTES = 512 * 2 ** 20;
const COPY_LIMIT_MS = 2 ** 31 - 1;

/** @returns null when there is no such path in the container, or no such container */
export function openArchive(engine: Engine, container: string, file: string): Promise<Readable | null> {
  return orMissing(
    engine.ask(
      ({ docker }) =>
        docker.getContainer(container).getArchive({ path: file }) as unknown as Promise<Readable>,
      COPY_LIMIT_MS,
    ),
  );
}

/**
 * Copy the regular files below a folder of a container into a folder of the run, each by rename.
 * DISK_FULL before the disk is full; the copy goes on from the start the next time.
 */
export async function receiveFolder(
  engine: Engine,
  container: string,
  from: string,
  to: string,
): Promise<void> {
  const archive = await openArchive(engine, container, from);
  if (!archive) return;
  await fs.promises.mkdir(to, { recursive: true });
  const { complete } = await eachFile(archive, path.posix.basename(from), (file) => receiveFile(file, to));
  if (!complete)
    throw new AppError('TARGET_FAILED', `Copying ${from} out of the container broke off.`, {
      nextStep: 'It is tried again by itself; check the connection to the engine if this goes on.',
      details: { container, folder: from },
    });
}

/**
 * Copy one file or folder below a container's folder to the same place below the run's; one that is not there is passed over.
 *
 * @param relative path below both, which has to be plain (`inside`)
 */
export async function receivePath(
  engine: Engine,
  container: string,
  from: string,
  to: string,
  relative: string,
): Promise<void> {
  const folder = path.dirname(inside(to, relative));
  const archive = await openArchive(engine, container, `${from}/${relative}`);
  if (archive) await eachFile(archive, null, (file) => receiveFile(file, folder));
}

async function receiveFile(file: TarFile, folder: string): Promise<void> {
  const target = inside(folder, file.path);
  await fs.promises.mkdir(path.dirname(target), { recursive: true });
  const free = await freeBytes(folder);
  if (file.sizeBytes > free - KEPT_FREE_BYTES)
    throw new AppError(
      'DISK_FULL',
      `There is no room for ${file.path} (${file.sizeBytes} bytes) of the container.`,
      {
        details: { path: file.path, sizeBytes: file.sizeBytes, freeBytes: free },
      },
    );
  const temporary = `${target}.${process.pid}.tmp`;
  try {
    const handle = await fs.promises.open(temporary, 'w', 0o644);
    try {
      for await (const chunk of file.content) await handle.appendFile(chunk);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await fs.promises.rename(temporary, target);
  } catch (error) {
    await fs.promises.rm(temporary, { force: true });
    throw fromSystemError(error, target);
  }
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await fs.promises.statfs(folder);
  return bavail * bsize;
}
