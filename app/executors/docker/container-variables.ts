import type { LaunchSpec } from '../../kernel/ports/launch.ts';
import type { Grant } from '../executor.ts';
import { programVariables } from '../program-variables.ts';
import { containerPaths } from './container-paths.ts';

/**
 * The variables of a program in a container, in the engine's form of `NAME=value`: those of every program, and what is otherwise in
 * a container.
 *
 * @param given.imageVariables what the image sets; only its PYTHONPATH is looked at, because the SDK is appended to it
 * @param given.mappedUser whether the program runs as a user whom the image does not know
 * @param given.amdRenumbered whether the container sees no AMD GPUs but the granted ones, which are then counted from 0
 */
export function containerVariables(
  launch: LaunchSpec,
  grant: Grant,
  given: {
    readonly imageVariables: readonly string[];
    readonly mappedUser: boolean;
    readonly amdRenumbered: boolean;
  },
): string[] {
  const variables: Record<string, string> = {
    ...(given.mappedUser ? nobodyKnown : {}),
    ...programVariables(launch, containerPaths, grant),
    ...gpuNumbers(launch, grant, given.amdRenumbered),
  };
  const imagePythonPath = variableIn(given.imageVariables, 'PYTHONPATH');
  if (imagePythonPath && launch.variables.PYTHONPATH === undefined)
    variables.PYTHONPATH = `${imagePythonPath}:${variables.PYTHONPATH}`;
  return Object.entries(variables).map(([name, value]) => `${name}=${value}`);
}

/** A user without an entry in the image's list of users has no home and no name; Python's getpass fails without one. */
const nobodyKnown = { HOME: containerPaths.home, USER: 'lathe', LOGNAME: 'lathe' };

/** A container counts the GPUs that it was given from 0. What the recipe says of them itself stands. */
function gpuNumbers(
  { variables }: LaunchSpec,
  { gpus }: Grant,
  amdRenumbered: boolean,
): Record<string, string> {
  const nvidia = gpus.filter(({ vendor }) => vendor === 'nvidia');
  const amd = gpus.filter(({ vendor }) => vendor === 'amd');
  const numbers = {
    CUDA_VISIBLE_DEVICES: nvidia.map((_gpu, position) => position).join(','),
    HIP_VISIBLE_DEVICES: amd.map(({ index }, position) => (amdRenumbered ? position : index)).join(','),
    // Many images ask for every GPU, and a machine whose default runtime is NVIDIA's would then give them.
    NVIDIA_VISIBLE_DEVICES: nvidia.length > 0 ? nvidia.map(({ id }) => id).join(',') : 'void',
  };
  const said = Object.entries(variables).filter(
    ([name]) => name in numbers && name !== 'NVIDIA_VISIBLE_DEVICES',
  );
  return { ...numbers, ...Object.fromEntries(said) };
}

function variableIn(variables: readonly string[], name: string): string | undefined {
  return variables.find((text) => text.startsWith(`${name}=`))?.slice(name.length + 1);
}
