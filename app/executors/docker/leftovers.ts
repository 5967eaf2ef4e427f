import { AppError } from '../../kernel/app-error.ts';
import { labels } from './container-labels.ts';
import type { Engine } from './engine.ts';
import { statusOf, wordsOf } from './engine-errors.ts';

export interface Leftovers {
  readonly containers: readonly {
    readonly id: string;
    readonly name: string;
    /** The run it was made for; null for one that looked into an image. */
    readonly run: string | null;
    readonly running: boolean;
    readonly createdAt: number;
    /** What it wrote into its own file system. */
    readonly sizeBytes: number;
  }[];
  readonly images: readonly {
    readonly id: string;
    readonly names: readonly string[];
    readonly sizeBytes: number;
    readonly createdAt: number;
    /** When a run last used it, as far as the engine can tell. */
    readonly lastUsedAt: number | null;
  }[];
  readonly volumes: readonly { readonly id: string; readonly run: string | null }[];
  /** Of everybody who builds with this engine; null where it does not tell. */
  readonly buildCacheBytes: number | null;
}

export async function leftovers(engine: Engine, workspaceId: string): Promise<Leftovers> {
  const filters = { label: [`${labels.workspace}=${workspaceId}`] };
  return engine.ask(async ({ docker }) => {
    const containers = await docker.listContainers({ all: true, size: true, filters });
    const images = await docker.listImages({ filters });
    const { Volumes } = await docker.listVolumes({ filters });
    const lastTags = await Promise.all(
      images.map(({ Id }) =>
        docker
          .getImage(Id)
          .inspect()
          .then((image) => (image as { Metadata?: { LastTagTime?: string } }).Metadata?.LastTagTime)
          .catch(() => undefined),
      ),
    );
    const usage = (await docker.df().catch(() => null)) as {
      BuildCache?: { Size?: number; Shared?: boolean }[] | null;
    } | null;
    return {
      containers: containers.map((container) => ({
        id: container.Id,
        name: (container.Names[0] ?? '').replace(/^\//, ''),
        run: container.Labels[labels.run] ?? null,
        running: container.State === 'running' || container.State === 'paused',
        createdAt: container.Created * 1000,
        sizeBytes: (container as { SizeRw?: number }).SizeRw ?? 0,
      })),
      images: images.map((image, position) => ({
        id: image.Id,
        names: image.RepoTags ?? [],
        sizeBytes: image.Size,
        createdAt: image.Created * 1000,
        lastUsedAt: lastUse(
          lastTags[position],
          containers.filter(({ ImageID }) => ImageID === image.Id).map(({ Created }) => Created * 1000),
        ),
      })),
      volumes: (Volumes ?? []).map(({ Name, Labels }) => ({ id: Name, run: Labels?.[labels.run] ?? null })),
      buildCacheBytes: usage
        ? (usage.BuildCache ?? []).reduce((sum, { Size, Shared }) => sum + (Shared ? 0 : (Size ?? 0)), 0)
        : null,
    };
  });
}

/** Remove what `leftovers` listed. Nothing is removed if one of the ids is not this workspace's or still runs. */
export async function removeLeftovers(
  engine: Engine,
  workspaceId: string,
  ids: readonly string[],
): Promise<void> {
  const there = await leftovers(engine, workspaceId);
  const known = new Set([...there.containers, ...there.images, ...there.volumes].map(({ id }) => id));
  for (const id of ids) {
    if (!known.has(id))
      throw new AppError('INVALID_INPUT', `"${id}" is nothing that this workspace left in the engine.`, {
        details: { id },
      });
    const running = there.containers.find((container) => container.id === id && container.running);
    if (running)
      throw new AppError('IN_USE', `The container ${running.name} is running.`, {
        nextStep: 'Cancel its run first.',
        details: { container: running.name, run: running.run },
      });
  }
  const wanted = new Set(ids);
  await engine.ask(async ({ docker }) => {
    for (const { id } of there.containers.filter(({ id }) => wanted.has(id)))
      await docker.getContainer(id).remove({ v: true }).catch(refuseUse);
    for (const { id } of there.volumes.filter(({ id }) => wanted.has(id)))
      await docker.getVolume(id).remove().catch(refuseUse);
    // By its names: an image of several names is not removed by its id.
    for (const { id, names } of there.images.filter(({ id }) => wanted.has(id)))
      for (const name of names.length > 0 ? names : [id])
        await docker.getImage(name).remove().catch(refuseUse);
  });
}

function lastUse(lastTag: string | undefined, containersAt: readonly number[]): number | null {
  const tagged = lastTag ? Date.parse(lastTag) : Number.NaN;
  const times = [...(tagged > 0 ? [tagged] : []), ...containersAt];
  return times.length > 0 ? Math.max(...times) : null;
}

function refuseUse(error: unknown): void {
  if (statusOf(error) === 404) return;
  if (statusOf(error) !== 409) throw error;
  throw new AppError('IN_USE', wordsOf(error), {
    nextStep: 'Remove the container that uses it first.',
    cause: error,
  });
}
