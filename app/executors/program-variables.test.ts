import { describe, expect, it } from 'vitest';
import type { LaunchSpec } from '../kernel/ports/launch.ts';
import { programVariables } from './program-variables.ts';

const spec = {
  runId: 'id',
  runName: 'name',
  project: 'p',
  experiment: 'e',
  params: {},
  variables: {},
  inputs: [],
  resume: false,
  preflight: false,
} as unknown as LaunchSpec;
const paths = {
  run: '/r',
  outputs: '/r/outputs',
  params: '/r/params.json',
  inputs: '/r/inputs',
  sdk: '/sdk',
};
const variables = (given: Partial<LaunchSpec>, gpus: Parameters<typeof programVariables>[2]['gpus'] = []) =>
  programVariables({ ...spec, ...given }, paths, { gpus });

describe('the variables of a program', () => {
  it('name its run and its places', () => {
    expect(variables({ resume: true })).toEqual({
      PYTHONUNBUFFERED: '1',
      PYTHONPATH: '/sdk',
      CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
      CUDA_VISIBLE_DEVICES: '',
      HIP_VISIBLE_DEVICES: '',
      LATHE_RUN_ID: 'id',
      LATHE_RUN_NAME: 'name',
      LATHE_PROJECT: 'p',
      LATHE_EXPERIMENT: 'e',
      LATHE_RUN_DIR: '/r',
      LATHE_OUTPUTS: '/r/outputs',
      LATHE_PARAMS: '/r/params.json',
      LATHE_INPUTS: '/r/inputs',
      LATHE_RESUME: '1',
    });
    expect(variables({ preflight: true }).LATHE_PREFLIGHT).toBe('1');
  });

  it('hold the parameters, but for those that no variable can hold', () => {
    const params = { 'learning-rate': 0.1, on: true, long: 'x'.repeat(70_000), nul: 'a\0b' };
    const parameters = Object.entries(variables({ params })).filter(([name]) =>
      name.startsWith('LATHE_PARAM_'),
    );
    expect(parameters).toEqual([
      ['LATHE_PARAM_LEARNING_RATE', '0.1'],
      ['LATHE_PARAM_ON', 'true'],
    ]);
  });

  it('lead to the input called data, else to the first', () => {
    const inputs = [
      { name: 'labels', path: '/1' },
      { name: 'data', path: '/2' },
    ];
    expect(variables({ inputs }).LATHE_DATA).toBe('/r/inputs/data');
    expect(variables({ inputs: inputs.slice(0, 1) }).LATHE_DATA).toBe('/r/inputs/labels');
  });

  it('show the granted GPUs alone, each vendor’s in its own way', () => {
    const gpus = [
      { id: 'GPU-1', index: 0, vendor: 'nvidia' },
      { id: 'GPU-2', index: 2, vendor: 'nvidia' },
      { id: '0000:03:00.0', index: 1, vendor: 'amd' },
    ] as const;
    expect(variables({}, gpus)).toMatchObject({
      CUDA_VISIBLE_DEVICES: 'GPU-1,GPU-2',
      HIP_VISIBLE_DEVICES: '1',
    });
  });

  it('are overruled by the recipe, but not those of Lathe', () => {
    const own = {
      PYTHONUNBUFFERED: '',
      PYTHONPATH: '/mine',
      LATHE_RUN_ID: 'no',
      LATHE_OTHER: 'no',
      MINE: 'yes',
    };
    expect(variables({ variables: own })).toMatchObject({
      PYTHONUNBUFFERED: '',
      PYTHONPATH: '/mine:/sdk',
      LATHE_RUN_ID: 'id',
      MINE: 'yes',
    });
    expect(variables({ variables: own })).not.toHaveProperty('LATHE_OTHER');
  });
});
