import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { plainPythons } from '../support/python.ts';
import {
  journalsOf,
  runFolder,
  runProgram,
  seriesOf,
  temporaryFolder,
  variablesOf,
} from './python-program.ts';

const everything = `
import lathe
for i in range(1000):
    lathe.log(i=i)
lathe.tag("a", "b"); lathe.summary["a"] = 1; lathe.config(a=1); lathe.progress(1, 2)
lathe.log_image([[0]], "k"); lathe.log_table("t", {"a": [1]}); lathe.log_artifact(__file__); lathe.log_model(__file__)
with lathe.checkpoint() as folder:
    (folder / "x").write_text("x")
lathe.resume(); lathe.outputs; lathe.data(); lathe.flush(); lathe.finish()
lathe.log(after=1)
print("reached the end")
`;

describe.each(plainPythons())('a program whose records cannot be written, with %s', (python) => {
  it('goes on when the folder of the run is a file', async () => {
    const folder = runFolder();
    const file = path.join(folder, 'params.json');
    const ended = await runProgram(python, everything, { variables: { ...variablesOf(file) } });
    expect(ended).toMatchObject({ exitCode: 0, stdout: 'reached the end\n' });
    expect(ended.stderr).toContain('the journal cannot be written');
    expect(ended.stderr).not.toContain('Traceback');
  });

  it('goes on when there is no Lathe and no place for a folder of its own', async () => {
    const cwd = temporaryFolder();
    fs.writeFileSync(path.join(cwd, 'lathe-runs'), 'in the way');
    const ended = await runProgram(python, everything, { cwd });
    expect(ended).toMatchObject({ exitCode: 0, stdout: 'reached the end\n' });
    expect(ended.stderr).toContain('nothing is recorded, as there is no folder for it');
  });

  it('loses nothing when the disk has room again', async () => {
    const folder = runFolder();
    const ended = await runProgram(
      python,
      `
import lathe, resource, time
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
lathe.log(i=0)
lathe.flush()
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))  # as a full disk: files cannot grow, writes end in the middle of a line
for i in range(1, 2000):
    lathe.log(i=i)
time.sleep(0.5)
lathe.flush()
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
`,
      { variables: variablesOf(folder) },
    );
    expect(ended.exitCode).toBe(0);
    expect(ended.stderr).toContain('the journal cannot be written');
    expect(seriesOf(folder, 'i').map(([, value]) => value)).toEqual(
      Array.from({ length: 2000 }, (_, i) => i),
    );
    expect(journalsOf(folder).size).toBe(1);
  });

  it('goes on without memory running away when the disk stays full', async () => {
    const folder = runFolder();
    const ended = await runProgram(
      python,
      `
import lathe, resource
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
for i in range(600_000):
    lathe.log(i=i)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
`,
      { variables: variablesOf(folder) },
    );
    expect(ended.exitCode).toBe(0);
    expect(Number(ended.stdout)).toBeLessThan(150);
  });

  it('goes on when parameters or standard error are broken', async () => {
    const folder = runFolder();
    fs.writeFileSync(path.join(folder, 'params.json'), '{"lr": ');
    const ended = await runProgram(
      python,
      'import lathe, sys\nsys.stderr.close()\nlathe.log(a=None)\nprint(dict(lathe.config), lathe.config(lr=1).lr)',
      { variables: variablesOf(folder) },
    );
    expect(ended).toMatchObject({ exitCode: 0, stdout: '{} 1\n' });
  });
});
