import type { LaunchSpec } from '../../kernel/ports/launch.ts';
import type { GrantedGpu } from '../executor.ts';
import { containerPaths, inputPath } from './container-paths.ts';

/**
 * The variables that the program in a container gets (kernel/ports/launch.ts says which and why), in the engine's form of
 * `NAME=value`.
 *
 * @param imageVariables what the image sets; only its PYTHONPATH is looked at, because ours is appended to it
 * @param mappedUser whether the program runs as a user whom the image does not know
 * @param amdRenumbered whether the container sees no AMD GPUs but the granted ones, which are then counted from 0
 */
export function programVariables(
  launch: LaunchSpec,
  gpus: readonly GrantedGpu[],
  given: {
    readonly imageVariables: readonly string[];
    readonly mappedUser: boolean;
    readonly amdRenumbered: boolean;
  },
): string[] {
  const variables: Record<string, string> = {
    PYTHONUNBUFFERED: '1',
    CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
    ...gpuVariables(gpus, given.amdRenumbered),
    ...(given.mappedUser ? nobodyKnown : {}),
    ...Object.fromEntries(Object.entries(launch.variables).filter(([name]) => !name.startsWith('LATHE_'))),
    ...latheVariables(launch),
  };
  const pythonPath = variables.PYTHONPATH ?? variableIn(given.imageVariables, 'PYTHONPATH');
  variables.PYTHONPATH = pythonPath ? `${pythonPath}:${containerPaths.sdk}` : containerPaths.sdk;
  return Object.entries(variables).map(([name, value]) => `${name}=${value}`);
}

/** A user without an entry in the image's list of users has no home and no name; Python's getpass fails without one. */
const nobodyKnown = { HOME: containerPaths.home, USER: 'lathe', LOGNAME: 'lathe' };

/** A container counts the GPUs that it was given from 0. */
function gpuVariables(gpus: readonly GrantedGpu[], amdRenumbered: boolean): Record<string, string> {
  const nvidia = gpus.filter(({ vendor }) => vendor === 'nvidia');
  const amd = gpus.filter(({ vendor }) => vendor === 'amd');
  return {
    CUDA_VISIBLE_DEVICES: nvidia.map((_gpu, position) => position).join(','),
    HIP_VISIBLE_DEVICES: amd.map(({ index }, position) => (amdRenumbered ? position : index)).join(','),
    // Many images ask for every GPU, and a machine whose default runtime is NVIDIA's would then give them.
    NVIDIA_VISIBLE_DEVICES: nvidia.length > 0 ? nvidia.map(({ id }) => id).join(',') : 'void',
  };
}

function latheVariables(launch: LaunchSpec): Record<string, string> {
  const data = launch.inputs.find(({ name }) => name === 'data') ?? launch.inputs[0];
  return {
    LATHE_RUN_ID: launch.runId,
    LATHE_RUN_NAME: launch.runName,
    LATHE_PROJECT: launch.project,
    LATHE_EXPERIMENT: launch.experiment,
    LATHE_RUN_DIR: containerPaths.run,
    LATHE_OUTPUTS: containerPaths.outputs,
    LATHE_PARAMS: containerPaths.params,
    LATHE_INPUTS: containerPaths.inputs,
    ...(data && { LATHE_DATA: inputPath(data.name) }),
    ...Object.fromEntries(
      Object.entries(launch.params).map(([key, value]) => [
        `LATHE_PARAM_${key.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`,
        String(value),
      ]),
    ),
    ...(launch.resume && { LATHE_RESUME: '1' }),
    ...(launch.preflight && { LATHE_PREFLIGHT: '1' }),
  };
}

function variableIn(variables: readonly string[], name: string): string | undefined {
  return variables.find((text) => text.startsWith(`${name}=`))?.slice(name.length + 1);
}
