import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { plainPythons } from '../support/python.ts';
import { recordsOf, runFolder, runProgram, seriesOf, startProgram, variablesOf } from './python-program.ts';

const kept = (folder: string) => fs.readdirSync(path.join(folder, 'checkpoint')).sort();

describe.each(plainPythons())('a program that saves checkpoints, with %s', (python) => {
  it('keeps the last ones and goes on from the latest', async () => {
    const folder = runFolder();
    const source = `
import lathe
latest = lathe.resume()
start = int((latest / "state").read_text()) + 1 if latest else 0
print("from", latest.name if latest else None)
for step in range(start, start + 12):
    lathe.log(loss=step)
    if step % 3 == 2:
        with lathe.checkpoint(keep=3) as folder:
            (folder / "deep").mkdir()
            (folder / "deep" / "weights").write_text("w")
            (folder / "state").write_text(str(step))
`;
    const options = { variables: variablesOf(folder) };
    expect((await runProgram(python, source, options)).stdout).toBe('from None\n');
    expect(kept(folder)).toEqual(['11', '5', '8']);
    expect((await runProgram(python, source, options)).stdout).toBe('from 11\n');
    expect(kept(folder)).toEqual(['17', '20', '23']);
    expect(
      recordsOf(folder, 'checkpoint')
        .map(({ step }) => step)
        .sort((a, b) => a - b),
    ).toEqual([2, 5, 8, 11, 14, 17, 20, 23]);
    expect(
      seriesOf(folder, 'loss')
        .map(([step]) => step)
        .sort((a, b) => a - b),
    ).toEqual(Array.from({ length: 24 }, (_, step) => step));
  });

  it('killed half-way leaves the former one, and the next start tidies up', async () => {
    const folder = runFolder();
    const program = startProgram(
      python,
      `
import lathe, time
with lathe.checkpoint(1) as folder:
    (folder / "state").write_text("one")
with lathe.checkpoint(2) as folder:
    (folder / "state").write_text("tw")
    print("half")
    time.sleep(60)
`,
      { variables: variablesOf(folder) },
    );
    await program.printed('half');
    program.process.kill('SIGKILL');
    await program.ended;
    expect(kept(folder)).toHaveLength(2);
    const after = await runProgram(
      python,
      `
import lathe
print((lathe.resume() / "state").read_text())
with lathe.checkpoint(2) as folder:
    (folder / "state").write_text("two")
print((lathe.resume() / "state").read_text())
`,
      { variables: variablesOf(folder) },
    );
    expect(after).toMatchObject({ exitCode: 0, stdout: 'one\ntwo\n', stderr: '' });
    expect(kept(folder)).toEqual(['1', '2']);
  });

  it('that fail keep nothing and raise the error of the program', async () => {
    const folder = runFolder();
    const ended = await runProgram(
      python,
      `
import lathe
try:
    with lathe.checkpoint(1) as folder:
        (folder / "state").write_text("x")
        raise ValueError("of the program")
except ValueError as error:
    print(error, lathe.resume())
`,
      { variables: variablesOf(folder) },
    );
    expect(ended.stdout).toBe('of the program None\n');
    expect(kept(folder)).toEqual([]);
  });

  it('of a step saved again takes the newer one', async () => {
    const folder = runFolder();
    const ended = await runProgram(
      python,
      `
import lathe
for text in ("old", "new", "newest"):
    with lathe.checkpoint(10) as folder:
        (folder / "state").write_text(text)
with lathe.checkpoint(9, keep=5) as folder:
    (folder / "state").write_text("smaller step")
print((lathe.resume() / "state").read_text())
`,
      { variables: variablesOf(folder) },
    );
    expect(ended.stdout).toBe('newest\n');
  });

  it('that cannot be written say so and the program goes on', async () => {
    const folder = runFolder();
    fs.rmdirSync(path.join(folder, 'checkpoint'));
    fs.writeFileSync(path.join(folder, 'checkpoint'), 'in the way');
    const ended = await runProgram(
      python,
      `
import lathe
for step in range(2):
    with lathe.checkpoint(step) as folder:
        (folder / "state").write_text("x")
lathe.log(done=1)
print(lathe.resume())
`,
      { variables: variablesOf(folder) },
    );
    expect(ended).toMatchObject({ exitCode: 0, stdout: 'None\n' });
    expect(ended.stderr).toContain('a checkpoint could not be begun');
    expect(recordsOf(folder, 'checkpoint')).toEqual([]);
    expect(seriesOf(folder, 'done')).toHaveLength(1);
  });
});
