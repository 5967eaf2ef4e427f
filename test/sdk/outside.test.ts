import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { exitSentinel } from '../../app/kernel/ports/run-journal.ts';
import { plainPythons } from '../support/python.ts';
import {
  ownRunOf,
  recordsOf,
  runProgram,
  seriesOf,
  startProgram,
  temporaryFolder,
} from './python-program.ts';

async function run(python: string, source: string, variables: Record<string, string> = {}) {
  const cwd = temporaryFolder();
  const ended = await runProgram(python, `import lathe, sys\n${source}`, { cwd, variables });
  const folder = ownRunOf(cwd);
  return { cwd, folder, exit: exitOf(folder), ...ended };
}

const exitOf = (folder: string) =>
  exitSentinel.parse(JSON.parse(fs.readFileSync(path.join(folder, 'exit.json'), 'utf8')));

describe.each(plainPythons())('a program without Lathe, with %s', (python) => {
  it('leaves a folder that says everything about its run', async () => {
    const { folder, exit, stderr } = await run(
      python,
      'lathe.config(lr=0.1, model={"width": 3})\nlathe.log(loss=0.5)\n(lathe.outputs / "a.txt").write_text("a")\nlathe.log_artifact(lathe.outputs / "a.txt")',
    );
    const about = JSON.parse(fs.readFileSync(path.join(folder, 'run.json'), 'utf8'));
    expect(about).toMatchObject({
      version: 1,
      id: path.basename(folder),
      name: 'program',
      project: null,
      experiment: null,
      params: { lr: 0.1, 'model.width': 3 },
    });
    expect(about.id).toMatch(/^[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
    expect(about.command.at(-1)).toContain('program.py');
    expect(Math.abs(about.createdAt - Date.now())).toBeLessThan(600_000);
    expect(exit).toMatchObject({ state: 'finished', exitCode: 0, failure: null });
    expect(seriesOf(folder, 'loss')).toEqual([[0, 0.5]]);
    expect(recordsOf(folder, 'artifact')).toHaveLength(1);
    expect(recordsOf(folder, 'environment')).toHaveLength(1);
    expect(stderr).toBe(`lathe: this run is recorded in ${path.join('lathe-runs', about.id)}\n`);
  });

  it('is named by init, and records more than one run when it is asked to', async () => {
    const cwd = temporaryFolder();
    await runProgram(
      python,
      `
import lathe
for n in range(2):
    lathe.init(name="try %d" % n, project="p", experiment="e", params={"n": n}, tags={"t": "x"}, folder="mine")
    lathe.log(n=n)
    lathe.finish()
lathe.log(lost=1)
`,
      { cwd },
    );
    const folders = fs
      .readdirSync(path.join(cwd, 'mine'))
      .sort()
      .map((name) => path.join(cwd, 'mine', name));
    const about = folders.map((folder) => JSON.parse(fs.readFileSync(path.join(folder, 'run.json'), 'utf8')));
    expect(about.map(({ name, project, experiment }) => [name, project, experiment])).toEqual([
      ['try 0', 'p', 'e'],
      ['try 1', 'p', 'e'],
    ]);
    expect(folders.map((folder) => seriesOf(folder, 'n'))).toEqual([[[0, 0]], [[0, 1]]]);
    expect(fs.existsSync(path.join(cwd, 'lathe-runs'))).toBe(false);
  });

  it('begins each run of a process with parameters and results of its own', async () => {
    const cwd = temporaryFolder();
    const { stdout, stderr } = await runProgram(
      python,
      `
import lathe
for n in range(3):
    lathe.init(name="try %d" % n, params={"n": n, "same": 7, **({"first": True} if n == 0 else {})}, folder="mine")
    lathe.config(default=n / 2)
    print(dict(lathe.config), dict(lathe.summary))
    lathe.summary["best"] = n
    lathe.finish()
`,
      { cwd },
    );
    expect(stderr.split('\n').filter((line) => !line.includes('is recorded in'))).toEqual(['']);
    expect(stdout.split('\n').slice(0, 3)).toEqual([
      "{'n': 0, 'same': 7, 'first': True, 'default': 0.0} {}",
      "{'n': 1, 'same': 7, 'default': 0.5} {}",
      "{'n': 2, 'same': 7, 'default': 1.0} {}",
    ]);
    const folders = fs.readdirSync(path.join(cwd, 'mine')).sort();
    const recorded = folders.map((name) =>
      Object.fromEntries(
        recordsOf(path.join(cwd, 'mine', name), 'param').map(({ key, value }) => [key, value]),
      ),
    );
    expect(recorded).toEqual([
      { n: 0, same: 7, first: true, default: 0 },
      { n: 1, same: 7, default: 0.5 },
      { n: 2, same: 7, default: 1 },
    ]);
  });

  it('that fails says with which exception', async () => {
    const { exit, stderr, exitCode } = await run(python, 'lathe.log(loss=1)\nraise ValueError("bad shape")');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('ValueError: bad shape');
    expect(exit).toMatchObject({
      state: 'failed',
      exitCode: 1,
      failure: {
        code: 'PROGRAM_FAILED',
        message: 'ValueError: bad shape',
        details: { exception: 'ValueError' },
      },
    });
    expect(exit.failure!.details.traceback).toContain('program.py');
  });

  it('that ends with an exit code says which', async () => {
    expect((await run(python, 'lathe.log(a=1)\nsys.exit(3)')).exit).toMatchObject({
      state: 'failed',
      exitCode: 3,
    });
    expect((await run(python, 'lathe.log(a=1)\nsys.exit()')).exit).toMatchObject({
      state: 'finished',
      exitCode: 0,
    });
    expect((await run(python, 'lathe.log(a=1)\nsys.exit("no data")')).exit).toMatchObject({
      state: 'failed',
      exitCode: 1,
    });
  });

  it('that is asked to end is cancelled, and killed leaves no word', async () => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGKILL'] as const) {
      const cwd = temporaryFolder();
      const program = startProgram(
        python,
        // Of what is not flushed, being killed outright loses the last moment.
        `import lathe, time\nlathe.log(a=1)\n${signal === 'SIGKILL' ? 'lathe.flush()\n' : ''}print("ready")\ntime.sleep(60)`,
        { cwd },
      );
      await program.printed('ready');
      program.process.kill(signal);
      expect((await program.ended).signal).toBe(signal);
      const folder = ownRunOf(cwd);
      expect(seriesOf(folder, 'a')).toHaveLength(1);
      if (signal === 'SIGKILL') expect(fs.existsSync(path.join(folder, 'exit.json'))).toBe(false);
      else expect(exitOf(folder)).toMatchObject({ state: 'cancelled', signal });
    }
  });

  it('shares its run with the processes that it starts', async () => {
    const { folder, exit } = await run(
      python,
      `
import os, subprocess
lathe.log(parent=1)
subprocess.run([sys.executable, "-c", "import lathe; lathe.log(child=1); raise SystemExit(4)"])
if os.fork() == 0:
    lathe.log(forked=1)
    sys.exit(5)
os.wait()
`,
    );
    for (const key of ['parent', 'child', 'forked']) expect(seriesOf(folder, key)).toHaveLength(1);
    expect(exit).toMatchObject({ state: 'finished', exitCode: 0 });
  });

  it('records only rank 0 of processes that train together', async () => {
    const cwd = temporaryFolder();
    const ended = await runProgram(python, 'import lathe\nlathe.log(a=1)\nprint(lathe.outputs.is_dir())', {
      cwd,
      variables: { RANK: '1', WORLD_SIZE: '2' },
    });
    expect(ended).toMatchObject({ exitCode: 0, stdout: 'True\n' });
    expect(fs.existsSync(path.join(cwd, 'lathe-runs'))).toBe(false);
  });
});
