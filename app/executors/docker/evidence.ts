import fs from 'node:fs';
import path from 'node:path';
import type { JobEvidence } from '../executor.ts';
import { type Inspected, orMissing } from './container-state.ts';
import type { Engine } from './engine.ts';
import type { Prepared } from './run-files.ts';
import { endedByTimeLimit } from './time-limit.ts';
import { signalOf } from './write-exit.ts';

/** What the engine knows about the end of a container, and what the run should remember of where it ran. */
export async function evidenceOf(
  engine: Engine,
  container: Inspected,
  folder: string,
  prepared: Prepared | null,
): Promise<JobEvidence> {
  const outOfMemory = container.State.OOMKilled;
  const image = await orMissing(engine.ask(({ docker }) => docker.getImage(container.Image).inspect()));
  const { product, version, limitsMemory } = await engine.ask(async ({ traits }) => traits);
  const limit = container.HostConfig.Memory;
  return {
    outOfMemory,
    endedBy: outOfMemory ? null : endedBy(container, folder, product === 'podman'),
    environment: {
      ...prepared?.facts,
      image: prepared?.image ?? container.Config.Image,
      imageId: container.Image,
      ...(image?.RepoDigests?.[0] && { imageDigest: image.RepoDigests[0] }),
      containerEngine: `${product} ${version}`,
      ...(limit && !limitsMemory ? { memoryLimit: 'not enforced by this engine' } : {}),
    },
  };
}

/** Of a container that is not there any more. */
export function missingEvidence(folder: string, prepared: Prepared | null): JobEvidence {
  const ended = fs.existsSync(path.join(folder, 'exit.json'));
  return {
    outOfMemory: false,
    endedBy: ended ? null : 'its container was removed',
    environment: prepared ? { ...prepared.facts, image: prepared.image, imageId: prepared.imageId } : {},
  };
}

function endedBy(container: Inspected, folder: string, podman: boolean): string | null {
  const { ExitCode, Error: words } = container.State;
  const asked = fs.existsSync(path.join(folder, 'cancel')) || endedByTimeLimit(folder);
  if (asked) return null;
  const signal = signalOf(ExitCode);
  // Podman does not always notice that the kernel ended a program for its memory.
  if (signal === 'SIGKILL' && podman && container.HostConfig.Memory)
    return 'SIGKILL: it went over its memory limit, or it was killed from outside of Lathe';
  if (signal === 'SIGKILL' || signal === 'SIGTERM')
    return `${signal} from outside of Lathe: "docker stop" or "docker kill", or the engine was stopped`;
  // What engines note for containers that they find dead when they start.
  if (ExitCode === 255) return 'the engine or the machine was stopped while it ran';
  return words ? words : null;
}
