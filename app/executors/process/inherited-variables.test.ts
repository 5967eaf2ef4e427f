import { expect, it } from 'vitest';
import { inheritedVariables } from './inherited-variables.ts';

it('a program inherits what its machine is like, and neither keys nor what is Lathe’s', () => {
  const passed = {
    PATH: '/bin',
    LC_ALL: 'C',
    https_proxy: 'p',
    PIP_INDEX_URL: 'i',
    UV_INDEX_A_PASSWORD: 'w',
  };
  const kept = { LATHE_TOKEN: 't', LATHE_RUN_ID: 'r', HF_HUB_TOKEN: 'h', PYTHONPATH: 'x', NODE_OPTIONS: 'o' };
  expect(inheritedVariables({ ...passed, ...kept, XPATH: 'x', HOME: undefined })).toEqual(passed);
});
