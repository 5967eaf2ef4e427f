import path from 'node:path';
import type Dockerode from 'dockerode';
import type { LaunchSpec } from '../../kernel/ports/launch.ts';
import type { Grant } from '../executor.ts';
import { labels } from './container-labels.ts';
import { containerPaths, inputPath } from './container-paths.ts';
import { containerVariables } from './container-variables.ts';
import type { EngineTraits } from './engine-traits.ts';
import { gpuDevices } from './gpu-devices.ts';
import { underTimeLimit } from './time-limit.ts';

export interface User {
  readonly uid: number;
  readonly gid: number;
}

/** What a container of a run is made from. */
export interface ContainerPlan {
  readonly run: string;
  readonly attempt: string;
  readonly workspaceId: string;
  readonly folder: string;
  readonly launch: LaunchSpec;
  readonly grant: Grant;
  readonly traits: EngineTraits;
  readonly image: {
    readonly id: string;
    readonly entrypoint: readonly string[];
    readonly variables: readonly string[];
  };
  readonly sdk: string;
  readonly user: User | null;
  /** Data by input's name: a folder to mount, or a volume that has been filled. */
  readonly inputsVolume: string | null;
  /** Whether the image has a shell to watch the time limit. */
  readonly shell: boolean;
}

/** Enough for many workers with many threads each, and few enough that a fork bomb does not take the machine's last process id. */
const MOST_PROCESSES = 16_384;

/**
 * The container as the engine is asked for it. It can do as little as training needs: no capabilities, no way to gain any, no
 * network unless asked for, exactly the granted GPUs, and of this machine's files only the run's own. Its own file system stays
 * writable, because programs and their libraries write caches wherever they like; it goes with the container.
 */
export function containerOptions(plan: ContainerPlan): Dockerode.ContainerCreateOptions {
  const { launch, traits } = plan;
  const { resources, environment } = launch;
  const gpus = gpuDevices(plan.grant.gpus, traits);
  const user = userOf(plan);
  const watched = resources.timeLimitMs !== null && plan.shell;
  return {
    name: `lathe-${plan.run}`,
    Image: plan.image.id,
    ...(watched
      ? {
          Entrypoint: underTimeLimit(resources.timeLimitMs!, [...plan.image.entrypoint, ...launch.command]),
          Cmd: [],
        }
      : { Cmd: [...launch.command] }),
    WorkingDir: containerPaths.code,
    Labels: {
      [labels.workspace]: plan.workspaceId,
      [labels.run]: plan.run,
      [labels.attempt]: plan.attempt,
      [labels.timeLimitMs]: String(resources.timeLimitMs ?? ''),
      [labels.timeWatch]: watched ? 'container' : 'core',
    },
    Env: containerVariables(launch, plan.grant, {
      imageVariables: plan.image.variables,
      mappedUser: user.User !== undefined,
      amdRenumbered: gpus.amdRenumbered,
    }),
    ...(user.User !== undefined && { User: user.User }),
    AttachStdin: false,
    Tty: false,
    HostConfig: {
      ...gpus.hostConfig,
      ...mountsOf(plan),
      ...limits(plan),
      ...(user.UsernsMode !== undefined && { UsernsMode: user.UsernsMode }),
      NetworkMode: environment.network
        ? traits.product === 'podman' && traits.rootless
          ? ''
          : 'bridge'
        : 'none',
      CapDrop: ['ALL'],
      // Labels of SELinux would keep a container from folders of the user's own; changing the folders' labels would be worse.
      SecurityOpt: ['no-new-privileges', ...(traits.selinux ? ['label=disable'] : [])],
      // A program as process 1 would not die of SIGTERM and would have to bury its orphans.
      Init: true,
      LogConfig: logging(traits),
      RestartPolicy: { Name: 'no' },
    },
  };
}

function limits({ launch: { resources }, traits }: ContainerPlan): Dockerode.HostConfig {
  const { memoryBytes, shmBytes, cpus } = resources;
  return {
    ...(memoryBytes !== null && traits.limitsMemory && { Memory: memoryBytes, MemorySwap: memoryBytes }),
    // More cores than there are is no limit, and an error to the engine.
    ...(cpus !== null &&
      traits.limitsCpu &&
      (traits.cores === 0 || cpus < traits.cores) && { NanoCpus: Math.max(1e7, Math.round(cpus * 1e9)) }),
    ...(shmBytes !== null && { ShmSize: shmBytes }),
    ...(traits.limitsProcesses && { PidsLimit: MOST_PROCESSES }),
  };
}

/** Who the program is, so that what it writes belongs to the person who started it. */
function userOf({ user, traits }: ContainerPlan): { User?: string; UsernsMode?: string } {
  if (user === null) return {};
  const numbers = `${user.uid}:${user.gid}`;
  if (!traits.rootless) return { User: numbers, ...(traits.remapsUsers && { UsernsMode: 'host' }) };
  // Of rootless Podman's namespace the user can be given the same number; in rootless Docker's, 0 is the user.
  return traits.product === 'podman' ? { User: numbers, UsernsMode: 'keep-id' } : { User: '0:0' };
}

function mountsOf(plan: ContainerPlan): Pick<Dockerode.HostConfig, 'Mounts' | 'Tmpfs'> {
  const { folder, launch, traits } = plan;
  const volume: Dockerode.MountSettings[] = plan.inputsVolume
    ? [{ Type: 'volume', Source: plan.inputsVolume, Target: containerPaths.inputs, ReadOnly: true }]
    : [];
  const bound = traits.shared
    ? [
        bind(path.join(folder, 'journal'), containerPaths.journal, false),
        bind(path.join(folder, 'outputs'), containerPaths.outputs, false),
        bind(path.join(folder, 'checkpoint'), containerPaths.checkpoint, false),
        bind(path.join(folder, 'params.json'), containerPaths.params, true),
        bind(path.join(folder, 'code'), containerPaths.code, false),
        bind(plan.sdk, containerPaths.sdk, true),
        ...launch.inputs.map((input) => bind(input.path, inputPath(input.name), true)),
      ]
    : [];
  // The folder of inputs exists for every program, an empty one where it has none.
  const empty =
    launch.inputs.length === 0 ? { Tmpfs: { [containerPaths.inputs]: 'ro,size=4k,mode=0555' } } : {};
  return { Mounts: [...volume, ...bound], ...empty };
}

function bind(source: string, target: string, readOnly: boolean): Dockerode.MountSettings {
  return { Type: 'bind', Source: source, Target: target, ReadOnly: readOnly };
}

/** The whole log is kept until it has been copied; the engine's own settings may say otherwise and are overruled one by one. */
function logging(traits: EngineTraits): Dockerode.HostConfig['LogConfig'] {
  if (traits.logDriver === 'k8s-file') return { Type: 'k8s-file', Config: {} };
  return {
    Type: traits.logDriver,
    Config: { 'max-size': '1000t', 'max-file': '1', compress: 'false' },
  };
}
