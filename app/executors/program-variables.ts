import type { LaunchSpec } from '../kernel/ports/launch.ts';
import type { Grant } from './executor.ts';

/** Where the parts of a run's folder are, as its program sees them. */
export interface ProgramPaths {
  /** The folder with `journal/`, `outputs/` and `checkpoint/`. */
  readonly run: string;
  readonly outputs: string;
  readonly params: string;
  readonly inputs: string;
  /** Folder of the Python SDK. */
  readonly sdk: string;
}

/** A parameter this long is left to params.json: a system takes no variable longer than 128 KiB. */
const LONGEST_PARAMETER_BYTES = 64 * 1024;

/** The variables that a program gets from whatever runs it; kernel/ports/launch.ts says what each means. */
export function programVariables(
  spec: LaunchSpec,
  paths: ProgramPaths,
  grant: Grant,
): Record<string, string> {
  const own = Object.entries(spec.variables).filter(([name]) => !name.startsWith('LATHE_'));
  const python = spec.variables.PYTHONPATH;
  const data = spec.inputs.find(({ name }) => name === 'data') ?? spec.inputs[0];
  const split = data && spec.inputs.find(({ name }) => name === `.split.${data.name}`);
  const gpus = (vendor: 'nvidia' | 'amd', key: 'id' | 'index') =>
    grant.gpus.flatMap((gpu) => (gpu.vendor === vendor ? [gpu[key]] : [])).join(',');
  return {
    PYTHONUNBUFFERED: '1',
    CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
    CUDA_VISIBLE_DEVICES: gpus('nvidia', 'id'),
    // AMD's runtime knows its devices by number.
    HIP_VISIBLE_DEVICES: gpus('amd', 'index'),
    ...Object.fromEntries(own),
    PYTHONPATH: python ? `${python}:${paths.sdk}` : paths.sdk,
    ...parameterVariables(spec.params),
    LATHE_RUN_ID: spec.runId,
    LATHE_RUN_NAME: spec.runName,
    LATHE_PROJECT: spec.project,
    LATHE_EXPERIMENT: spec.experiment,
    LATHE_RUN_DIR: paths.run,
    LATHE_OUTPUTS: paths.outputs,
    LATHE_PARAMS: paths.params,
    LATHE_INPUTS: paths.inputs,
    ...(data && { LATHE_DATA: `${paths.inputs}/${data.name}` }),
    ...(split && { LATHE_SPLIT: `${paths.inputs}/${split.name}` }),
    ...(spec.resume && { LATHE_RESUME: '1' }),
    ...(spec.preflight && { LATHE_PREFLIGHT: '1' }),
  };
}

function parameterVariables(params: LaunchSpec['params']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(params).flatMap(([key, value]) => {
      const text = String(value);
      if (Buffer.byteLength(text) > LONGEST_PARAMETER_BYTES || text.includes('\0')) return [];
      return [[`LATHE_PARAM_${key.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`, text]];
    }),
  );
}
