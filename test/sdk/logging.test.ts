import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { plainPythons } from '../support/python.ts';
import { journalsOf, recordsOf, runFolder, runProgram, seriesOf, variablesOf } from './python-program.ts';

async function run(python: string, source: string, params: Readonly<Record<string, unknown>> = {}) {
  const folder = runFolder(params);
  const ended = await runProgram(python, `import lathe\n${source}`, {
    variables: variablesOf(folder),
    cwd: path.join(folder, 'code'),
  });
  return { folder, ...ended };
}

describe.each(plainPythons())('a program that logs, with %s', (python) => {
  it('records values at steps, counted unless they are given', async () => {
    const { folder, exitCode, stderr } = await run(
      python,
      `
for i in range(3):
    lathe.log(loss=1 / (i + 1))
lathe.log({"val/loss": 0.5, "epoch": 1}, step=10)
lathe.log(loss=0.25, accuracy=True)
`,
    );
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(seriesOf(folder, 'loss')).toEqual([
      [0, 1],
      [1, 0.5],
      [2, 1 / 3],
      [11, 0.25],
    ]);
    expect(seriesOf(folder, 'val/loss')).toEqual([[10, 0.5]]);
    expect(seriesOf(folder, 'accuracy')).toEqual([[11, 1]]);
  });

  it('writes what JSON cannot say as words, and takes the scalars of array libraries', async () => {
    const { folder, stderr } = await run(
      python,
      `
class Scalar:
    def __init__(self, value): self.value = value
    def item(self): return self.value
class Tensor:
    def numpy(self): return Scalar(2.5)
class Float32(float): pass
lathe.log({"nan": float("nan"), "high": float("inf"), "low": -float("inf"), "huge": 10**400,
           "item": Scalar(0.5), "tensor": Tensor(), "float": Float32(0.125), "nested": {"a": 1, "b": {"c": 2}}}, step=Scalar(4))
`,
    );
    expect(stderr).toBe('');
    const values = Object.assign({}, ...recordsOf(folder, 'metrics').map((each) => each.values));
    expect(values).toEqual({
      nan: 'NaN',
      high: 'Infinity',
      low: '-Infinity',
      huge: 'Infinity',
      item: 0.5,
      tensor: 2.5,
      float: 0.125,
      'nested/a': 1,
      'nested/b/c': 2,
    });
    expect(new Set(recordsOf(folder, 'metrics').map((each) => each.step))).toEqual(new Set([4]));
  });

  it('passes over what is no number, says so once for each key and goes on', async () => {
    const { folder, exitCode, stderr } = await run(
      python,
      `
class Wicked:
    def __float__(self): raise RuntimeError("no")
    def __repr__(self): raise RuntimeError("no")
for i in range(3):
    lathe.log(loss=i, text="high", none=None, wicked=Wicked(), many=[1, 2])
lathe.log("loss", 3)
lathe.log(7)
lathe.log({"loss": 9}, step="seven")
lathe.log({}, step=1)
lathe.log()
lathe.tag(None, Wicked())
lathe.summary[3] = Wicked()
lathe.progress("half")
lathe.log_image(3, "k"); lathe.log_table("t", [[1]]); lathe.log_model(object()); lathe.log_artifact("missing")
lathe.log_image("missing.png", "k"); lathe.log_artifact(__file__, "/")
print("reached the end")
`,
    );
    expect(exitCode).toBe(0);
    expect(seriesOf(folder, 'loss').map(([, value]) => value)).toEqual([0, 1, 2, 9]);
    const said = stderr.trim().split('\n');
    expect(said.every((line) => line.startsWith('lathe: '))).toBe(true);
    expect(said.filter((line) => line.includes("'text'"))).toHaveLength(1);
    expect(new Set(said).size).toBe(said.length);
  });

  it('keeps every line short enough for the reader, however many keys there are', async () => {
    const { folder } = await run(python, 'lathe.log({"key %05d" % i + "x" * 80: i for i in range(20000)})');
    const text = [...journalsOf(folder).keys()].map((writer) =>
      fs.readFileSync(path.join(folder, 'journal', `${writer}.jsonl`), 'utf8'),
    );
    expect(
      Math.max(
        ...text
          .join('')
          .split('\n')
          .map((line) => line.length),
      ),
    ).toBeLessThan(1024 * 1024);
    expect(recordsOf(folder, 'metrics').flatMap((each) => Object.keys(each.values))).toHaveLength(20_000);
  });

  it('reads the parameters that it was given and records those that it adds', async () => {
    const { folder, stdout } = await run(
      python,
      `
import argparse
config = lathe.config(lr=0.5, epochs=3, layers=[8, 4], model={"width": 2})
lathe.config(argparse.Namespace(seed=1))
config["lr"] = 0.2
config.extra = "x"
print(config.lr, config["epochs"], config.given, sorted(config), "nope" in config, config.get("nope"))
try:
    config.nope
except AttributeError as error:
    print(error)
`,
      { lr: 0.1, given: true },
    );
    expect(stdout).toContain(
      "0.2 3 True ['epochs', 'extra', 'given', 'layers', 'lr', 'model', 'seed'] False None",
    );
    expect(stdout).toContain('lathe.config(nope=...)');
    const params = recordsOf(folder, 'param').map(({ key, value }) => [key, value]);
    expect(params).toEqual([
      ['epochs', 3],
      ['layers', '[8, 4]'],
      ['model.width', 2],
      ['seed', 1],
      ['lr', 0.2],
      ['extra', 'x'],
    ]);
  });

  it('records tags, the summary and the last progress', async () => {
    const { folder } = await run(
      python,
      `
lathe.tag("stage", "warm up")
lathe.summary["best"] = 0.75
lathe.summary.update(name="x", broken=float("nan"))
for i in range(101):
    lathe.progress(i, 100)
`,
    );
    expect(recordsOf(folder, 'tag')).toEqual([{ type: 'tag', key: 'stage', value: 'warm up' }]);
    expect(recordsOf(folder, 'summary').map(({ key, value }) => [key, value])).toEqual([
      ['best', 0.75],
      ['name', 'x'],
      ['broken', 'NaN'],
    ]);
    const progress = recordsOf(folder, 'progress');
    expect(progress.length).toBeLessThan(50);
    expect(progress.at(-1)).toMatchObject({ fraction: 1, message: 'step 100 of 100', remainingMs: 0 });
  });

  it('describes its environment', async () => {
    const { folder } = await run(python, 'lathe.log(loss=1)');
    const values = Object.assign({}, ...recordsOf(folder, 'environment').map((each) => each.values));
    expect(values.python).toMatch(/^3\.\d+\.\d+/);
    expect(values.executable).toBe(python);
    expect(values['package.pip'] ?? values['package.setuptools'] ?? values['package.wheel']).toMatch(/^\d/);
  });

  it('finds its data', async () => {
    const folder = runFolder();
    fs.mkdirSync(path.join(folder, 'inputs', 'images'));
    const { stdout, stderr } = await runProgram(
      python,
      'import lathe\nprint(lathe.data(), lathe.data("images"), list(lathe.inputs), lathe.data("nope"))',
      { variables: { ...variablesOf(folder), LATHE_DATA: path.join(folder, 'inputs', 'images') } },
    );
    const images = path.join(folder, 'inputs', 'images');
    expect(stdout.trim()).toBe(`${images} ${images} ['images'] None`);
    expect(stderr).toContain("no input called 'nope' (it has: images)");
  });

  it('prints the facts of an interpreter for whoever starts programs with it', async () => {
    const { stdout } = await runProgram(
      python,
      'import runpy; runpy.run_module("lathe.describe", run_name="__main__")',
    );
    const facts = JSON.parse(stdout);
    expect(facts.executable).toBe(python);
    expect(Object.values(facts).every((each) => typeof each === 'string')).toBe(true);
  });

  it('imports no framework by itself', async () => {
    const { stdout } = await run(
      python,
      'import sys; lathe.autolog(); lathe.log(a=1); print(sorted({"numpy", "torch", "keras", "sklearn", "pandas"} & set(sys.modules)))',
    );
    expect(stdout.trim()).toBe('[]');
  });
});
