import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { AppError } from '../../kernel/app-error.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { LaunchSpec } from '../../kernel/ports/launch.ts';
import { collectOutputs } from '../collected-outputs.ts';
import type { Executor, JobHandle } from '../executor.ts';
import { checkEngine, type EngineCheck } from './check-engine.ts';
import { ContainerFollower } from './container-follower.ts';
import { labels } from './container-labels.ts';
import type { User } from './container-options.ts';
import { hasEnded, inspectContainer, removeContainer } from './container-state.ts';
import { containerUsage } from './container-usage.ts';
import { createEngine } from './engine.ts';
import type { EngineAddress } from './engine-address.ts';
import { statusOf, unexpected } from './engine-errors.ts';
import { evidenceOf, missingEvidence } from './evidence.ts';
import { imageFacts } from './image-facts.ts';
import { findImage } from './images.ts';
import { type Leftovers, leftovers, removeLeftovers } from './leftovers.ts';
import { prepareImage } from './prepare-image.ts';
import { fillContainer, makeInputsVolume, removeInputsVolume, volumeIsThere } from './remote-inputs.ts';
import {
  beginAttempt,
  type Prepared,
  readAttempt,
  readEvidence,
  readLaunch,
  readPrepared,
  writeEvidence,
  writePrepared,
} from './run-files.ts';
import { signalContainer } from './signal-container.ts';
import { startContainer } from './start-container.ts';
import { clearTimeLimit, enforceTimeLimit } from './time-limit.ts';
import { endedWell, writeExit } from './write-exit.ts';

export interface DockerExecutor extends Executor {
  /** What this workspace left in the engine, and what removing it frees. */
  leftovers(): Promise<Leftovers>;
  /** Remove containers, images and volumes by id; INVALID_INPUT for what is not this workspace's, IN_USE for what runs. */
  removeLeftovers(ids: readonly string[]): Promise<void>;
  /** What the engine is and can, for people; never rejects. */
  checkEngine(): Promise<readonly EngineCheck[]>;
  /** Stop watching; the containers go on, and the next core finds them. */
  close(): Promise<void>;
}

const handleForm = z.object({ container: z.string(), attempt: z.string() });

/**
 * Runs as containers of a Docker or Podman engine. The engine keeps a run going and remembers its output and its end while no
 * Lathe is there; this driver copies both into the run folder when somebody looks, however late that is.
 *
 * @param parts.sdk folder of the Python SDK on this machine
 * @param parts.user whom the program's files shall belong to; null: the image's own user
 */
export function createDockerExecutor(parts: {
  readonly engine: EngineAddress;
  readonly workspaceId: string;
  readonly sdk: string;
  readonly user: User | null;
  readonly log: Logger;
}): DockerExecutor {
  const { workspaceId, sdk, log } = parts;
  const engine = createEngine(parts.engine);
  const followers = new Map<string, ContainerFollower>();
  /** Facts by image and first word; asking costs a second, and a core meets the same image often. */
  const knownFacts = new Map<string, Record<string, string>>();

  const isShared = () => engine.ask(async ({ traits }) => traits.shared);

  async function follow(handle: JobHandle, folder: string, ended: boolean): Promise<ContainerFollower> {
    const { container, attempt } = handleForm.parse(handle);
    const there = followers.get(container);
    if (there) return there;
    const written = await readAttempt(folder);
    if (written?.attempt !== attempt)
      throw new AppError(
        'DATA_MALFORMED',
        `The run folder ${folder} does not know of its container ${container}.`,
        {
          nextStep: 'Cancel the run and start it again.',
          details: { folder, container },
        },
      );
    const follower = new ContainerFollower(
      engine,
      container,
      folder,
      written,
      { ended, remote: !(await isShared()) },
      log,
    );
    followers.set(container, follower);
    return follower;
  }

  async function unfollow(container: string): Promise<void> {
    const follower = followers.get(container);
    followers.delete(container);
    await follower?.stop();
  }

  /** What cannot be removed now is listed among the leftovers; what is known of the run's end must not be lost over it. */
  async function release(container: string, inputsVolume: string | null): Promise<void> {
    try {
      await removeContainer(engine, container);
      if (inputsVolume !== null) await removeInputsVolume(engine, inputsVolume);
    } catch (error) {
      log.warn('a container was not removed', { container, error: String(error) });
    }
  }

  return inDeclaredFaults({
    target: 'docker',

    async prepare(run, folder, context) {
      const launch = await readLaunch(folder);
      const { shared } = await engine.ask(async ({ traits }) => {
        if (traits.system === 'linux') return traits;
        throw new AppError(
          'UNSUPPORTED',
          `The engine runs ${traits.system} containers, and Lathe needs Linux ones.`,
          {
            nextStep: 'Switch the engine to Linux containers.',
          },
        );
      });
      const before = await readPrepared(folder);
      const again = before && (await findImage(engine, before.imageId));
      const ready = again
        ? { image: before.image, imageId: before.imageId }
        : await prepareImage(engine, launch.environment, path.join(folder, 'code'), workspaceId, context);
      context.onProgress({
        fraction: null,
        message: 'looking into the image',
        rate: null,
        remainingMs: null,
      });
      const place = { sdk, workspaceId, signal: context.signal };
      const knownAs = `${ready.imageId} ${launch.command[0]}`;
      const facts =
        knownFacts.get(knownAs) ?? (shared ? await imageFacts(engine, ready.imageId, launch, place) : {});
      knownFacts.set(knownAs, facts);
      const kept = before?.inputsVolume && (await volumeIsThere(engine, before.inputsVolume));
      const inputsVolume = shared
        ? null
        : kept
          ? before.inputsVolume
          : await makeInputsVolume(engine, run, ready.imageId, launch, workspaceId, context);
      await writePrepared(folder, { ...ready, inputsVolume, facts });
    },

    async submit(run, folder, grant) {
      const prepared = await mustBePrepared(folder);
      const launch = withInterpreter(await readLaunch(folder), prepared.facts.executable);
      for (const name of ['journal', 'outputs', 'checkpoint'])
        await fs.promises.mkdir(path.join(folder, name), { recursive: true });
      const attempt = await beginAttempt(run, folder);
      const { traits, config } = await engine.ask(async ({ docker, traits }) => {
        const { Config } = await docker.getImage(prepared.imageId).inspect();
        return { traits, config: Config };
      });
      await clearTimeLimit(folder);
      const plan = {
        ...{ run, folder, launch, grant, traits, sdk, workspaceId, user: parts.user, shell: true },
        attempt: attempt.attempt,
        image: {
          id: prepared.imageId,
          entrypoint: [config?.Entrypoint ?? []].flat(),
          variables: config?.Env ?? [],
        },
        inputsVolume: prepared.inputsVolume,
      };
      const container = await startContainer(engine, plan, async (id) => {
        if (!traits.shared) await fillContainer(engine, id, folder, sdk);
      });
      const handle = { container, attempt: attempt.attempt };
      // Its first words are here before anybody looks at it; whoever looks follows it otherwise.
      await follow(handle, folder, false).catch(() => undefined);
      return handle;
    },

    async find(run, folder) {
      const attempt = await readAttempt(folder);
      if (!attempt) return null;
      const found = await inspectContainer(engine, `lathe-${run}`);
      const mine =
        found?.Config.Labels?.[labels.attempt] === attempt.attempt &&
        found.Config.Labels?.[labels.workspace] === workspaceId;
      // One that was made and never started has not begun; submit starts anew.
      return found && mine && found.State.Status !== 'created'
        ? { container: found.Id, attempt: attempt.attempt }
        : null;
    },

    async observe(handle, folder) {
      const { container } = handleForm.parse(handle);
      const found = await inspectContainer(engine, container);
      if (!found) {
        await unfollow(container);
        return 'gone';
      }
      const follower = await follow(handle, folder, hasEnded(found));
      if (!hasEnded(found)) {
        follower.keepUp();
        await enforceTimeLimit(engine, found, folder);
        return 'running';
      }
      if (!follower.finished()) return 'running';
      await writeExit(folder, found, await isShared());
      return 'gone';
    },

    async cancel(handle, folder, force) {
      const { container } = handleForm.parse(handle);
      // A note for the next core, whose time says whether the run had ended before; a full disk must not keep a run going.
      await fs.promises.writeFile(path.join(folder, 'cancel'), '', { flag: 'wx' }).catch(() => undefined);
      await signalContainer(engine, container, force ? 'SIGKILL' : 'SIGTERM');
    },

    async collect(handle, folder) {
      const { container, attempt } = handleForm.parse(handle);
      const prepared = await readPrepared(folder);
      const found = await inspectContainer(engine, container);
      const saved = await readEvidence(folder, attempt);
      const evidence =
        saved ??
        (found ? await evidenceOf(engine, found, folder, prepared) : missingEvidence(folder, prepared));
      if (!saved) await writeEvidence(folder, attempt, evidence);
      await unfollow(container);
      await collectOutputs(folder, (await endedWell(folder)) ? (await readLaunch(folder)).outputs : []);
      await release(container, prepared?.inputsVolume ?? null);
      return evidence;
    },

    async usage(handle) {
      const { container } = handleForm.parse(handle);
      return containerUsage(engine, container).catch(() => null);
    },

    leftovers: () => leftovers(engine, workspaceId),
    removeLeftovers: (ids) => removeLeftovers(engine, workspaceId, ids),
    checkEngine: () => checkEngine(engine),
    async close() {
      await Promise.all([...followers.keys()].map(unfollow));
      engine.close();
    },
  });
}

/** What an engine refuses and nobody expected is a fault of the target, with the engine's own words. */
function inDeclaredFaults(executor: DockerExecutor): DockerExecutor {
  const declared =
    <Given extends unknown[], T>(method: (...given: Given) => Promise<T>) =>
    (...given: Given): Promise<T> =>
      method(...given).catch((error: unknown) => {
        throw statusOf(error) === null ? error : unexpected(error);
      });
  const { target, prepare, submit, find, observe, cancel, collect, ...rest } = executor;
  return {
    ...rest,
    ...{ target, prepare: declared(prepare), submit: declared(submit), find: declared(find) },
    ...{ observe: declared(observe), cancel: declared(cancel), collect: declared(collect) },
    leftovers: declared(rest.leftovers),
    removeLeftovers: declared(rest.removeLeftovers),
  };
}

/** `python` stands for the image's interpreter, by whatever name the image knows it. */
function withInterpreter(launch: LaunchSpec, interpreter: string | undefined): LaunchSpec {
  const [first, ...rest] = launch.command;
  return interpreter !== undefined && (first === 'python' || first === 'python3')
    ? { ...launch, command: [interpreter, ...rest] }
    : launch;
}

async function mustBePrepared(folder: string): Promise<Prepared> {
  const prepared = await readPrepared(folder);
  if (prepared) return prepared;
  throw new AppError('CONFLICT', `The run in ${folder} has not been prepared.`, {
    nextStep: 'Start the run again.',
    details: { folder },
  });
}
