import path from 'node:path';
import type { LaunchSpec } from '../../kernel/ports/launch.ts';
import { labels } from './container-labels.ts';
import { containerPaths, inputPath } from './container-paths.ts';
import { orMissing, removeContainer } from './container-state.ts';
import type { Engine } from './engine.ts';
import { statusOf } from './engine-errors.ts';
import { type PrepareContext, start, UNLIMITED_MS } from './images.ts';
import { packFolders, type Sending } from './send-folders.ts';

const inContainer = (place: string) => place.replace(/^\//, '');

/**
 * Copy a run's data to a volume of an engine that does not see this machine's files, where the program's container then finds it
 * read-only. It is put there through a container that is never started. One that was interrupted is made anew.
 *
 * @returns the volume's name, or null for a run without data
 */
export async function makeInputsVolume(
  engine: Engine,
  run: string,
  imageId: string,
  launch: LaunchSpec,
  workspaceId: string,
  { signal, onProgress }: PrepareContext,
): Promise<string | null> {
  if (launch.inputs.length === 0) return null;
  const [volume, porter] = [`lathe-${run}-inputs`, `lathe-${run}-porter`];
  await removeContainer(engine, porter);
  await removeInputsVolume(engine, volume);
  const marks = { [labels.workspace]: workspaceId, [labels.run]: run };
  const id = await engine.ask(async ({ docker }) => {
    await docker.createVolume({ Name: volume, Labels: marks });
    const container = await docker.createContainer({
      name: porter,
      Image: imageId,
      Cmd: ['true'],
      Labels: marks,
      HostConfig: {
        Mounts: [{ Type: 'volume', Source: volume, Target: containerPaths.inputs, ReadOnly: false }],
      },
    });
    return container.id;
  });
  try {
    const say = (bytes: number) =>
      onProgress({
        fraction: null,
        message: `copying data to the engine: ${(bytes / 1e6).toFixed(0)} MB`,
        rate: null,
        remainingMs: null,
      });
    const inputs = launch.inputs.map(({ name, path: from }) => ({
      from,
      to: inContainer(inputPath(name)),
      readOnly: true,
    }));
    await start(send(engine, id, inputs, say, signal), signal);
  } finally {
    await removeContainer(engine, id);
  }
  return volume;
}

export async function volumeIsThere(engine: Engine, volume: string): Promise<boolean> {
  return (await orMissing(engine.ask(({ docker }) => docker.getVolume(volume).inspect()))) !== null;
}

export async function removeInputsVolume(engine: Engine, volume: string): Promise<void> {
  await engine
    .ask(({ docker }) => docker.getVolume(volume).remove())
    .catch((error: unknown) => {
      if (statusOf(error) !== 404) throw error;
    });
}

/** Put the run's own files and the SDK into a container that has not started; what a former attempt wrote is among them. */
export async function fillContainer(engine: Engine, id: string, folder: string, sdk: string): Promise<void> {
  const own = (name: string, to: string, readOnly = false): Sending => ({
    from: path.join(folder, name),
    to: inContainer(to),
    readOnly,
  });
  await send(engine, id, [
    own('journal', containerPaths.journal),
    own('outputs', containerPaths.outputs),
    own('checkpoint', containerPaths.checkpoint),
    own('params.json', containerPaths.params, true),
    own('code', containerPaths.code),
    { from: sdk, to: inContainer(containerPaths.sdk), readOnly: true },
  ]);
}

async function send(
  engine: Engine,
  id: string,
  sendings: readonly Sending[],
  onBytes?: (bytes: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  const archive = packFolders(sendings, onBytes);
  try {
    await engine.ask(
      ({ docker }) =>
        docker.getContainer(id).putArchive(archive as unknown as NodeJS.ReadableStream, {
          path: '/',
          ...(signal && { abortSignal: signal }),
        }),
      UNLIMITED_MS,
    );
  } finally {
    archive.destroy();
  }
}
