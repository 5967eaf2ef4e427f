import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { LaunchSpec } from '../../kernel/ports/launch.ts';
import { environmentFolder } from './environment-folder.ts';
import type { Interpreter } from './interpreters.ts';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-environments-'));
const python: Interpreter = { path: '/usr/bin/python3', version: '3.11.2', prefix: '/usr', kind: 'system' };

function folderFor(requirements: string[], runId = 'a', systemPackages = false, interpreter = python) {
  return environmentFolder(
    root,
    { runId, environment: { requirements, systemPackages } } as LaunchSpec,
    interpreter,
  );
}

describe('the folder of a Python environment', () => {
  afterAll(() => fs.rmSync(root, { recursive: true }));

  it('is the same for the same interpreter and the same requirements', async () => {
    const folder = await folderFor(['six==1.16', '', ' numpy ']);
    expect(await folderFor(['six==1.16', 'numpy'], 'b')).toBe(folder);
    expect(fs.readFileSync(path.join(folder, 'requirements.txt'), 'utf8')).toBe('six==1.16\nnumpy\n');
    expect(await folderFor(['numpy', 'six==1.16'])).not.toBe(folder);
    expect(await folderFor(['six==1.16', 'numpy'], 'a', true)).not.toBe(folder);
    const newer = { ...python, version: '3.11.3' };
    expect(await folderFor(['six==1.16', 'numpy'], 'a', false, newer)).not.toBe(folder);
  });

  it.each(['-e .', './package', '-r more.txt', '/wheels/a.whl', 'thing @ file:///a', '../package'])(
    'belongs to one run where its content is not in the words: %s',
    async (line) => {
      expect(await folderFor([line], 'a')).not.toBe(await folderFor([line], 'b'));
      expect(await folderFor([line], 'a')).toBe(await folderFor([line], 'a'));
    },
  );

  it('leaves nothing but the requirements there, also when two ask at once', async () => {
    const [folder] = await Promise.all([folderFor(['torch'], 'a'), folderFor(['torch'], 'b')]);
    expect(fs.readdirSync(folder!)).toEqual(['requirements.txt']);
  });
});
