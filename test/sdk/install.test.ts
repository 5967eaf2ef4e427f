import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { findPython, pythonWith } from '../support/python.ts';
import { sdkFolder, temporaryFolder } from './python-program.ts';

it('the folder of the SDK can be installed by pip', async ({ skip }) => {
  // The first one shows whether pip reaches an index, which building needs for its tools.
  if (!findPython() || !(await pythonWith(['setuptools']))) return skip();
  const folder = temporaryFolder();
  const source = path.join(folder, 'source');
  fs.cpSync(sdkFolder, source, { recursive: true });
  const target = path.join(folder, 'installed');
  execFileSync(findPython()!, ['-m', 'pip', 'install', '--quiet', '--no-input', '--target', target, source], {
    stdio: 'pipe',
  });
  const asked = 'import lathe, lathe.integrations; print(lathe.__file__, lathe.__version__)';
  const environment = { ...process.env, PYTHONPATH: target, PYTHONDONTWRITEBYTECODE: '1' };
  const said = execFileSync(findPython()!, ['-c', asked], {
    cwd: folder,
    env: environment,
    encoding: 'utf8',
  });
  expect(said).toContain(path.join(target, 'lathe'));
  const { version } = JSON.parse(fs.readFileSync(path.join(sdkFolder, '../../../package.json'), 'utf8'));
  expect(said.trim().endsWith(version)).toBe(true);
}, 600_000);
