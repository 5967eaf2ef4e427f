import type { EngineAddress, Leftover } from '../../contract/targets.contract.ts';
import type { TargetDriver } from '../../domains/targets/index.ts';
import { createDockerExecutor } from '../../executors/docker/docker.executor.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Logger } from '../../kernel/logger.ts';

/** A container engine. What runs leave there: ended containers, images that were built, volumes of data that was sent. */
export function dockerDriver(parts: {
  readonly engine: EngineAddress;
  readonly workspaceId: string;
  readonly sdk: string;
  readonly log: Logger;
}): TargetDriver {
  const { engine } = parts;
  const executor = createDockerExecutor({
    engine,
    workspaceId: parts.workspaceId,
    sdk: parts.sdk,
    user: process.getuid && process.getgid ? { uid: process.getuid(), gid: process.getgid() } : null,
    log: parts.log,
  });

  async function leftovers(): Promise<Leftover[]> {
    const { containers, images, volumes } = await executor.leftovers();
    return [
      ...containers.map(({ id, name, sizeBytes, running, createdAt }) => ({
        id,
        kind: 'container' as const,
        name,
        sizeBytes,
        usedAt: createdAt,
        inUse: running,
      })),
      ...images.map(({ id, names, sizeBytes, lastUsedAt }) => ({
        id,
        kind: 'image' as const,
        name: names[0] ?? id.slice(0, 19),
        sizeBytes,
        usedAt: lastUsedAt,
        inUse: false,
      })),
      ...volumes.map(({ id, run }) => ({
        id,
        kind: 'checkout' as const,
        name: `data that was sent for ${run ?? 'a run'}`,
        sizeBytes: null,
        usedAt: null,
        inUse: false,
      })),
    ];
  }

  return {
    executor,
    // Where the address is not said it is a socket of this machine, or DOCKER_HOST says otherwise: then it is not ours to count.
    local: engine.shared ?? isHere(engine.host ?? process.env.DOCKER_HOST ?? 'unix://'),
    check: async () => [...(await executor.checkEngine())],
    leftovers,
    async removeLeftovers(ids) {
      const found = (await leftovers()).filter(({ id }) => ids.includes(id));
      const used = found.find(({ inUse }) => inUse);
      if (used)
        throw new AppError('IN_USE', `${used.name} runs.`, {
          nextStep: 'Cancel its run first.',
          details: { leftover: used.id },
        });
      await executor.removeLeftovers(found.map(({ id }) => id));
      return {
        removed: found.map(({ id }) => id),
        freedBytes: found.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0),
      };
    },
    close: () => executor.close(),
  };
}

const isHere = (host: string) => /^(unix|npipe):/.test(host);
