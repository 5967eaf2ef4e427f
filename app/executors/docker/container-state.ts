import type Dockerode from 'dockerode';
import type { Engine } from './engine.ts';
import { statusOf } from './engine-errors.ts';

/** What the engine says of a container. */
export type Inspected = Dockerode.ContainerInspectInfo;

/** @returns null when the engine answers that there is no such container; an engine that does not answer throws */
export async function inspectContainer(engine: Engine, nameOrId: string): Promise<Inspected | null> {
  return orMissing(engine.ask(({ docker }) => docker.getContainer(nameOrId).inspect()));
}

/** Remove a container with its anonymous volumes, a running one too; one that is gone or going is fine. */
export async function removeContainer(engine: Engine, id: string): Promise<void> {
  await engine
    .ask(({ docker }) => docker.getContainer(id).remove({ force: true, v: true }))
    .catch((error: unknown) => {
      if (statusOf(error) !== 404 && statusOf(error) !== 409) throw error;
    });
}

/** Turn the answer "no such thing" into null. */
export async function orMissing<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw error;
  }
}

/** Whether its program has ended; a container that was never started has not. */
export function hasEnded({ State }: Inspected): boolean {
  return /^(exited|stopped|dead)$/.test(State.Status) || (!State.Running && State.Status === 'removing');
}

/** When its program ended, by the engine's clock. */
export function endedAt({ State }: Inspected): number {
  const at = Date.parse(State.FinishedAt);
  return Number.isFinite(at) && at > 0 ? at : Date.now();
}
