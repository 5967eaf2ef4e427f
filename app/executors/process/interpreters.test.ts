import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { chooseInterpreter } from './choose-interpreter.ts';
import { compareVersions, listInterpreters } from './interpreters.ts';

/** A machine of the tests' own: its interpreters are scripts that answer the one question that is asked of them. */
describe.skipIf(process.platform === 'win32')('the Python interpreters of a machine', () => {
  let home: string;
  const at = (...parts: string[]) => path.join(home, ...parts);

  function install(prefix: string, version: string, base = prefix, name = 'python3'): string {
    const program = path.join(prefix, 'bin', name);
    const answer = JSON.stringify([program, version, prefix, base]);
    script(program, `echo '${answer}'`);
    return program;
  }

  function script(file: string, content: string): void {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, `#!/bin/sh\n${content}\n`, { mode: 0o755 });
  }

  beforeEach(() => {
    home = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-interpreters-'));
    vi.stubEnv('HOME', home);
    vi.stubEnv('PYENV_ROOT', undefined);
    vi.stubEnv('UV_PYTHON_INSTALL_DIR', undefined);
    vi.stubEnv('XDG_DATA_HOME', undefined);
    vi.stubEnv('CONDA_EXE', undefined);
    vi.stubEnv('PATH', `${at('usr/bin')}:${process.env.PATH}`);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    fs.rmSync(home, { recursive: true });
  });

  const own = async (projects: string[] = []) =>
    (await listInterpreters(projects)).filter((each) => each.path.startsWith(home));

  it('are found wherever they are kept, those on the PATH first and then the newest', async () => {
    const system = install(at('usr'), '3.10.2');
    const pyenv = install(at('.pyenv/versions/3.11.4'), '3.11.4');
    const uv = install(at('.local/share/uv/python/cpython-3.13.1-linux'), '3.13.1');
    const conda = install(at('conda/envs/vision'), '3.12.0', undefined, 'python');
    fs.mkdirSync(at('conda/envs/vision/conda-meta'));
    fs.mkdirSync(at('.conda'));
    fs.writeFileSync(at('.conda/environments.txt'), `${at('conda/envs/vision')}\n`);
    const venv = install(at('project/.venv'), '3.9.9', at('usr'), 'python');
    const found = await own([at('project')]);
    expect(found.map(({ path: program, version, kind }) => [program, version, kind])).toEqual([
      [system, '3.10.2', 'system'],
      [uv, '3.13.1', 'uv'],
      [conda, '3.12.0', 'conda'],
      [pyenv, '3.11.4', 'pyenv'],
      [venv, '3.9.9', 'venv'],
    ]);
  });

  it('are listed once however many names they have, and not when they do not answer as one', async () => {
    install(at('usr'), '3.10.2');
    fs.symlinkSync('python3', at('usr/bin/python'));
    fs.symlinkSync('python3', at('usr/bin/python3.10'));
    script(at('usr/bin/python3.8'), 'exit 1');
    script(at('.pyenv/versions/broken/bin/python3'), 'echo no JSON');
    expect(await own()).toHaveLength(1);
  });

  it('are told by the real program behind a shim', async () => {
    const real = install(at('.pyenv/versions/3.11.4'), '3.11.4');
    script(at('.pyenv/shims/python3'), `exec ${real} "$@"`);
    vi.stubEnv('PATH', `${at('.pyenv/shims')}:${process.env.PATH}`);
    expect((await chooseInterpreter(null)).path).toBe(real);
  });

  it('are chosen by nothing, a version, a name, a path, an environment or a name of conda', async () => {
    const system = install(at('usr'), '3.10.2');
    const newer = install(at('.pyenv/versions/3.77.4'), '3.77.4');
    install(at('.pyenv/versions/3.77.1'), '3.77.1');
    const conda = install(at('conda/envs/vision'), '3.12.0', undefined, 'python');
    fs.mkdirSync(at('.conda'));
    fs.writeFileSync(at('.conda/environments.txt'), `${at('conda/envs/vision')}\n`);
    const venv = install(at('my env'), '3.9.9', at('usr'), 'python');
    const named = install(at('usr'), '3.10.2', undefined, 'my-python');
    const chosen = async (wanted: string | null) => (await chooseInterpreter(wanted)).path;
    expect(await chosen(null)).toBe(system);
    expect(await chosen('3.77')).toBe(newer);
    expect(await chosen('my-python')).toBe(named);
    expect(await chosen(newer)).toBe(newer);
    expect(await chosen(at('my env'))).toBe(venv);
    expect(await chosen('~/my env')).toBe(venv);
    expect(await chosen('conda:vision')).toBe(conda);
  });

  it('that are missing are told with what there is instead', async () => {
    install(at('usr'), '3.10.2');
    await expect(chooseInterpreter('3.99')).rejects.toMatchObject({
      code: 'ENVIRONMENT_FAILED',
      message: 'There is no Python 3.99 on this machine.',
      nextStep: expect.stringContaining('3.10.2'),
    });
    await expect(chooseInterpreter('conda:none')).rejects.toMatchObject({ code: 'ENVIRONMENT_FAILED' });
    await expect(chooseInterpreter('not/absolute')).rejects.toMatchObject({ code: 'ENVIRONMENT_FAILED' });
  });

  it('are ordered by numbers, not by letters', () => {
    expect(['3.9.1', '3.10.0', '3.10'].toSorted(compareVersions)).toEqual(['3.9.1', '3.10.0', '3.10']);
  });
});
