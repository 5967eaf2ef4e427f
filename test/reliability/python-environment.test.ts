import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { isThere, ProgramBench } from '../support/program-bench.ts';
import { exitOf, factsOf, journalOf, type ProgramRun, textOf, until } from '../support/program-run.ts';
import { findPython } from '../support/python.ts';
import { skipAloud } from '../support/services.ts';

const python = process.platform === 'win32' ? null : findPython();
if (!python) skipAloud('python', 'Python environments', 'no python3 of version 3.8 or later was found');

/** A package without anything but a version, as a wheel: nothing of these tests needs a network. */
const makeWheel = `
import sys, zipfile
name = sys.argv[2]
info = name + "-1.0.dist-info/"
with zipfile.ZipFile(sys.argv[1] + "/" + name + "-1.0-py3-none-any.whl", "w") as wheel:
    wheel.writestr(name + ".py", "word = 'from the wheel'\\n")
    wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: " + name + "\\nVersion: 1.0\\n")
    wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr(info + "RECORD", "")
`;

describe.skipIf(!python)('the Python environment of a run', () => {
  const wheels = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-wheels-'));
  const usualPath = process.env.PATH;
  let bench: ProgramBench;

  beforeAll(() => {
    execFileSync(python!, ['-c', makeWheel, wheels, 'lathe_test_word']);
    vi.stubEnv('PIP_NO_INDEX', '1');
    vi.stubEnv('PIP_FIND_LINKS', wheels);
    vi.stubEnv('UV_NO_INDEX', '1');
    vi.stubEnv('UV_FIND_LINKS', wheels);
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    fs.rmSync(wheels, { recursive: true });
  });
  beforeEach(() => {
    bench = new ProgramBench();
  });
  afterEach(() => {
    process.env.PATH = usualPath;
    return bench.close();
  });

  /** From now on environments are made by something that begins and never completes one. */
  function makingTakesForEver() {
    const folder = path.join(bench.root, 'slow');
    fs.mkdirSync(folder);
    const script = '#!/bin/sh\nfor last; do :; done\nmkdir "$last"\nsleep 1000\n';
    fs.writeFileSync(path.join(folder, 'uv'), script, { mode: 0o755 });
    process.env.PATH = `${folder}:${usualPath}`;
  }

  const program = (requirements: readonly string[], more: ProgramRun = {}): ProgramRun => ({
    command: ['python', '-c', 'import sys, lathe_test_word; print(lathe_test_word.word, sys.prefix)'],
    environment: { requirements: [...requirements] },
    ...more,
  });
  const built = () =>
    fs.existsSync(bench.environments)
      ? fs
          .readdirSync(bench.environments)
          .flatMap((digest) => fs.readdirSync(path.join(bench.environments, digest)))
          .filter((name) => name.startsWith('venv-'))
      : [];
  const messages = (folder: string) =>
    journalOf(folder).flatMap((record) => (record.type === 'progress' ? [record.message] : []));

  it('is made once and used again', async () => {
    const first = await bench.run(program(['lathe_test_word==1.0']));
    expect(textOf(first.folder, 'stderr.log')).toMatch(/installed [\s\S]*lathe.test.word/i);
    expect(first.exit?.state).toBe('finished');
    expect(textOf(first.folder, 'stdout.log')).toContain('from the wheel');
    expect(messages(first.folder)).toContain('making the Python environment');
    expect(factsOf(first.folder).python).toMatch(/^3\./);
    const second = await bench.run(program(['lathe_test_word==1.0']));
    expect(second.exit?.state).toBe('finished');
    expect(textOf(second.folder, 'stdout.log')).toBe(textOf(first.folder, 'stdout.log'));
    expect(textOf(second.folder, 'stderr.log')).toBe('');
    expect(messages(second.folder)).not.toContain('making the Python environment');
    expect(built()).toHaveLength(1);
  });

  it('that cannot be made fails the run with the words of the tool that makes it', async () => {
    const { exit, folder } = await bench.run(program(['lathe_test_word==9.9']));
    expect(exit).toMatchObject({ state: 'failed', cause: 'environment', exitCode: null, failure: null });
    expect(textOf(folder, 'stderr.log')).toContain('lathe_test_word==9.9');
    expect(textOf(folder, 'stdout.log')).toBe('');
    expect(built()).toEqual([]);
  });

  it('is made anew when it was killed half-way', async () => {
    makingTakesForEver();
    const killed = await bench.start(program(['lathe_test_word==1.0']));
    await until('it is being made', () => built().length > 0);
    process.kill(Number(killed.handle.pid), 'SIGKILL');
    await until('the launcher is dead', () => !isThere(Number(killed.handle.pid)));
    expect(await bench.executor.observe(killed.handle, killed.folder)).toBe('running');
    await bench.executor.cancel(killed.handle, killed.folder, true);
    await bench.ended(killed);
    expect(exitOf(killed.folder)).toBeNull();
    const remains = built();
    expect(remains).toHaveLength(1);
    process.env.PATH = usualPath;
    const { exit, folder } = await bench.run(program(['lathe_test_word==1.0']));
    expect(exit?.state).toBe('finished');
    expect(textOf(folder, 'stdout.log')).toContain('from the wheel');
    expect(built()).toHaveLength(1);
    expect(built()).not.toEqual(remains);
  });

  it('is made once for two runs that need it at the same time', async () => {
    const jobs = await Promise.all([1, 2].map(() => bench.start(program(['lathe_test_word==1.0']))));
    for (const job of jobs) {
      await bench.ended(job);
      expect(exitOf(job.folder)?.state).toBe('finished');
    }
    expect(built()).toHaveLength(1);
    const told = jobs.map(({ folder }) => messages(folder));
    expect(told.filter((each) => each.includes('making the Python environment'))).toHaveLength(1);
    expect(told.some((each) => each.includes('another run makes the same Python environment'))).toBe(true);
  });

  it('is waited for in vain when another makes it, and the run is cancelled', async () => {
    makingTakesForEver();
    const [first, second] = [await bench.start(program([])), await bench.start(program([]))];
    await until('one waits', () =>
      [first, second].some(({ folder }) =>
        messages(folder).includes('another run makes the same Python environment'),
      ),
    );
    for (const job of [first, second]) {
      await bench.executor.cancel(job.handle, job.folder, false);
      await bench.ended(job);
      expect(exitOf(job.folder)?.state).toBe('cancelled');
    }
  });

  it('is not waited for when the run is cancelled', async () => {
    makingTakesForEver();
    const job = await bench.start(program(['lathe_test_word==1.0']));
    await until('it is being made', () => built().length > 0);
    await bench.executor.cancel(job.handle, job.folder, false);
    await bench.ended(job);
    expect(exitOf(job.folder)?.state).toBe('cancelled');
    expect(textOf(job.folder, 'stdout.log')).toBe('');
  });

  it('is made anew when its interpreter is gone', async () => {
    const requirements: string[] = [];
    const where = {
      command: ['python', '-c', 'import sys; print(sys.prefix)'],
      environment: { requirements },
    };
    const first = await bench.run(where);
    fs.rmSync(path.join(textOf(first.folder, 'stdout.log').trim(), 'bin', 'python'));
    const second = await bench.run(where);
    expect(second.exit?.state).toBe('finished');
    expect(textOf(second.folder, 'stdout.log')).not.toBe(textOf(first.folder, 'stdout.log'));
  });

  it('may be one that is there already, or an interpreter', async () => {
    const folder = path.join(bench.root, 'my env');
    execFileSync(python!, ['-m', 'venv', '--without-pip', folder]);
    const print = ['python', '-c', 'import os, sys; print(sys.prefix, os.environ.get("VIRTUAL_ENV"))'];
    const own = await bench.run({ command: print, environment: { python: folder } });
    expect(textOf(own.folder, 'stdout.log').trim()).toBe(`${folder} ${folder}`);
    const script = await bench.run({
      command: ['sh', '-c', 'command -v python'],
      environment: { python: path.join(folder, 'bin', 'python') },
    });
    expect(textOf(script.folder, 'stdout.log').trim()).toBe(path.join(folder, 'bin', 'python'));
    const version = await bench.run({ command: print, environment: { python: '3' } });
    expect(version.exit?.state).toBe('finished');
  });

  it('that is not there is refused before anything starts, naming what there is', async () => {
    for (const wanted of ['2.999', 'conda:no-such-environment', '/no/such/python', './relative'])
      await expect(bench.start({ environment: { python: wanted } }), wanted).rejects.toMatchObject({
        code: 'ENVIRONMENT_FAILED',
        message: expect.stringContaining(wanted.replace('conda:', '')),
      });
  });

  it('leaves no process behind when it is killed', async () => {
    makingTakesForEver();
    const job = await bench.start(program(['lathe_test_word==1.0']));
    await until('it is being made', () => built().length > 0);
    const { pids } = (await bench.executor.usage(job.handle, job.folder))!;
    expect(pids.length).toBeGreaterThan(1);
    await bench.executor.cancel(job.handle, job.folder, true);
    expect(pids.filter(isThere)).toEqual([]);
  });
});
