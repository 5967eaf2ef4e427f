import { AppError } from '../../kernel/app-error.ts';
import { labels } from './container-labels.ts';
import { type ContainerPlan, containerOptions } from './container-options.ts';
import { inspectContainer, orMissing, removeContainer } from './container-state.ts';
import type { Engine } from './engine.ts';
import { statusOf, wordsOf } from './engine-errors.ts';

/**
 * Make and start the container of an attempt, or find that it is there already: its name belongs to the run, so that there is
 * never a second one. A container of a former attempt, or one that was never started, makes room.
 *
 * @param fill puts into the container what cannot be mounted, before it is started
 * @returns the container's id
 */
export async function startContainer(
  engine: Engine,
  plan: ContainerPlan,
  fill: (id: string) => Promise<void>,
): Promise<string> {
  const there = await inspectContainer(engine, `lathe-${plan.run}`);
  if (there) {
    const mine =
      there.Config.Labels?.[labels.attempt] === plan.attempt &&
      there.Config.Labels?.[labels.workspace] === plan.workspaceId;
    if (mine && there.State.Status !== 'created') return there.Id;
    if (there.Config.Labels?.[labels.workspace] !== plan.workspaceId) throw strangersName(plan.run);
    await removeContainer(engine, there.Id);
  }
  let id = await create(engine, plan);
  try {
    if (plan.launch.resources.timeLimitMs !== null && !(await hasShell(engine, id))) {
      await removeContainer(engine, id);
      id = await create(engine, { ...plan, shell: false });
    }
    await fill(id);
    await engine.ask(({ docker }) => docker.getContainer(id).start());
    return id;
  } catch (error) {
    if (statusOf(error) === null) throw error;
    await removeContainer(engine, id);
    throw refusedStart(plan, error);
  }
}

async function create(engine: Engine, plan: ContainerPlan): Promise<string> {
  try {
    const container = await engine.ask(({ docker }) => docker.createContainer(containerOptions(plan)));
    return container.id;
  } catch (error) {
    throw statusOf(error) === null ? error : refusedStart(plan, error);
  }
}

async function hasShell(engine: Engine, id: string): Promise<boolean> {
  const found = await orMissing(
    engine.ask(
      ({ docker }) =>
        docker.getContainer(id).infoArchive({ path: '/bin/sh' }) as unknown as Promise<{ resume(): void }>,
    ),
  );
  found?.resume();
  return found !== null;
}

function strangersName(run: string): AppError {
  return new AppError(
    'ALREADY_EXISTS',
    `The engine has a container lathe-${run} that belongs to another workspace.`,
    {
      nextStep: `Look at it with "docker inspect lathe-${run}"; remove it if nobody needs it.`,
      details: { container: `lathe-${run}` },
    },
  );
}

/** What engines say when they cannot start a container, in words that name the cure. */
function refusedStart(plan: ContainerPlan, error: unknown): AppError {
  const words = wordsOf(error);
  const options = (nextStep: string) => ({ nextStep, details: { engine: words }, cause: error });
  if (
    /could not select device driver|nvidia-container|libnvidia-ml|unresolvable CDI|unknown device|CDI device/i.test(
      words,
    )
  )
    return new AppError(
      'UNSUPPORTED',
      `The engine cannot give GPUs to containers: ${words}`,
      options(
        plan.traits.product === 'podman'
          ? 'Install the NVIDIA Container Toolkit and run "sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml".'
          : 'Install the NVIDIA Container Toolkit, run "sudo nvidia-ctk runtime configure --runtime=docker" and restart Docker.',
      ),
    );
  if (/docker-init|catatonit|init binary|container-init/i.test(words))
    return new AppError(
      'UNSUPPORTED',
      `The engine lacks its init program: ${words}`,
      options('Install the package "tini" (Docker) or "catatonit" (Podman) on the machine of the engine.'),
    );
  if (/no such image/i.test(words) || statusOf(error) === 404)
    return new AppError(
      'NOT_FOUND',
      `The image of this run is no longer in the engine: ${words}`,
      options('Run it again: the image is then made ready once more.'),
    );
  if (/bind source path|mount.*(not exist|denied|permission)|mounts denied|not shared/i.test(words))
    return new AppError(
      'PATH_UNREADABLE',
      `The engine cannot mount a folder of this run: ${words}`,
      options(
        'Share the workspace and the data folders with the engine (Docker Desktop: Settings, Resources, File sharing), or set "shared: false" for this target.',
      ),
    );
  if (/memory limit|cpus?\b|shm|resource|cgroup/i.test(words))
    return new AppError(
      'INVALID_INPUT',
      `The engine does not accept the limits of this run: ${words}`,
      options('Change the resources of the recipe.'),
    );
  return new AppError(
    'TARGET_FAILED',
    `The container could not be started: ${words}`,
    options('Change what the message names; "docker run" with the same image shows the same.'),
  );
}
