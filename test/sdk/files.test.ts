import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { plainPythons, pythonWith } from '../support/python.ts';
import { frameworks } from './frameworks.ts';
import { decodePng } from './png-pixels.ts';
import { recordsOf, runFolder, runProgram, variablesOf } from './python-program.ts';

async function run(python: string, source: string) {
  const folder = runFolder();
  const ended = await runProgram(python, `import lathe\n${source}`, {
    variables: variablesOf(folder),
    cwd: path.join(folder, 'code'),
  });
  return { folder, ...ended, artifacts: recordsOf(folder, 'artifact') };
}

const output = (folder: string, name: string) => fs.readFileSync(path.join(folder, 'outputs', name));

describe.each(plainPythons())('a program that keeps files, with %s', (python) => {
  it('finds each complete below outputs before the journal names it', async () => {
    const { folder, artifacts, stderr } = await run(
      python,
      `
import os
open("report.txt", "w").write("fine")
os.makedirs("plots/deep")
open("plots/a.txt", "w").write("a"); open("plots/deep/b.txt", "w").write("b"); open("plots/c.tmp", "w").write("c")
lathe.log_artifact("report.txt")
lathe.log_artifact("report.txt", name="renamed/to it.txt")
lathe.log_artifact("plots")
(lathe.outputs / "direct.bin").write_bytes(b"1")
lathe.log_artifact(lathe.outputs / "direct.bin")
lathe.log_artifact("report.txt", name="../../escape.txt")
`,
    );
    expect(stderr).toBe('');
    expect(artifacts.map(({ path, kind }) => [path, kind])).toEqual([
      ['report.txt', 'file'],
      ['renamed/to it.txt', 'file'],
      ['plots/a.txt', 'file'],
      ['plots/deep/b.txt', 'file'],
      ['direct.bin', 'file'],
      ['escape.txt', 'file'],
    ]);
    for (const each of artifacts) expect(output(folder, each.path).length).toBeGreaterThan(0);
    expect(fs.existsSync(path.join(folder, 'escape.txt'))).toBe(false);
    expect(
      fs
        .readdirSync(path.join(folder, 'outputs'), { recursive: true })
        .filter((name) => String(name).endsWith('.tmp')),
    ).toEqual([]);
  });

  it('makes a PNG of plain lists, and takes the bytes and files of pictures', async () => {
    const { folder, artifacts } = await run(
      python,
      `
lathe.log(loss=1, step=6)
lathe.log_image([[0, 128, 255], [255, 128, 0]], "grey")
lathe.log_image([[(255, 0, 0), (0, 255, 0)]], key="val/colour 1", step=3)
content = open(lathe.outputs / "images/grey/6.png", "rb").read()
lathe.log_image(content, "bytes", 1)
open("photo.JPG", "wb").write(b"\\xff\\xd8\\xff...")
lathe.log_image("photo.JPG", "photo", 2)
`,
    );
    expect(artifacts.map(({ path, kind, key, step }) => [path, kind, key, step])).toEqual([
      ['images/grey/6.png', 'image', 'grey', 6],
      ['images/val/colour 1/3.png', 'image', 'val/colour 1', 3],
      ['images/bytes/1.png', 'image', 'bytes', 1],
      ['images/photo/2.jpg', 'image', 'photo', 2],
    ]);
    expect(decodePng(output(folder, 'images/grey/6.png')).rows).toEqual([
      [0, 128, 255],
      [255, 128, 0],
    ]);
    expect(decodePng(output(folder, 'images/val/colour 1/3.png')).rows).toEqual([[255, 0, 0, 0, 255, 0]]);
  });

  it('writes tables as CSV', async () => {
    const { folder, artifacts } = await run(
      python,
      `
lathe.log_table("scores", {"name": ["a", "b, c"], "score": [0.5, float("nan")]})
lathe.log_table("scores/by epoch", [{"x": 1}, {"x": 2, "y": None}, {"y": "z"}], step=4)
lathe.log_table("plain", [[1, True], [2, False]], columns=["n", "ok"])
lathe.log_table("uneven", {"a": [1], "b": [1, 2]})
`,
    );
    expect(artifacts.map(({ path, kind, step }) => [path, kind, step])).toEqual([
      ['tables/scores.csv', 'table', undefined],
      ['tables/scores/by epoch/4.csv', 'table', 4],
      ['tables/plain.csv', 'table', undefined],
    ]);
    expect(output(folder, 'tables/scores.csv').toString()).toBe('name,score\na,0.5\n"b, c",NaN\n');
    expect(output(folder, 'tables/scores/by epoch/4.csv').toString()).toBe('x,y\n1,\n2,\n,z\n');
    expect(output(folder, 'tables/plain.csv').toString()).toBe('n,ok\n1,True\n2,False\n');
  });

  it('keeps a model given by its path, a file or a folder', async () => {
    const { artifacts } = await run(
      python,
      `
import os
open("net.onnx", "w").write("x")
os.makedirs("saved"); open("saved/weights.bin", "w").write("x"); open("saved/config.json", "w").write("{}")
lathe.log_model("net.onnx")
lathe.log_model("saved", name="best")
`,
    );
    expect(artifacts.map(({ path, kind, key }) => [path, kind, key])).toEqual([
      ['model.onnx', 'model', 'model'],
      ['best/config.json', 'model', 'best'],
      ['best/weights.bin', 'model', 'best'],
    ]);
  });
});

describe('pictures and tables of other libraries', () => {
  let python: string | null = null;
  beforeAll(async () => {
    python = await pythonWith(frameworks);
  }, 600_000);

  it('are kept as what they show', async ({ skip }) => {
    if (!python) return skip();
    const { folder, artifacts, stderr } = await run(
      python,
      `
import numpy as np, pandas as pd
from PIL import Image
import matplotlib; matplotlib.use("Agg")
import matplotlib.pyplot as plt
grey = np.array([[0.0, 0.5], [1.0, np.nan]])
lathe.log_image(grey, "float", 0)
lathe.log_image(np.array([[True, False]]), "bool", 0)
lathe.log_image(np.arange(12, dtype=np.uint8).reshape(2, 2, 3), "rgb", 0)
lathe.log_image(np.arange(30, dtype=np.uint8).reshape(3, 2, 5), "channels first", 0)
lathe.log_image(Image.fromarray(np.full((2, 2), 7, np.uint8)), "pil", 0)
figure = plt.figure(); figure.gca().plot([1, 2]); lathe.log_image(figure, "figure", 0)
lathe.log_image(figure.gca(), "axes", 0)
lathe.log_table("frame", pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}))
lathe.log({"f32": np.float32(0.1), "i64": np.int64(3), "b": np.bool_(True), "array": np.array([2.5]), "nan": np.float64("nan"),
           "f16": np.float16(2), "matrix": np.ones(3)}, step=np.int32(5))
`,
    );
    expect(stderr).toContain("'matrix'");
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(artifacts).toHaveLength(8);
    const rows = (name: string) => decodePng(output(folder, `images/${name}/0.png`)).rows;
    expect(rows('float')).toEqual([
      [0, 128],
      [255, 0],
    ]);
    expect(rows('bool')).toEqual([[255, 0]]);
    expect(rows('rgb')).toEqual([
      [0, 1, 2, 3, 4, 5],
      [6, 7, 8, 9, 10, 11],
    ]);
    expect(rows('channels first')[0]).toEqual([0, 10, 20, 1, 11, 21, 2, 12, 22, 3, 13, 23, 4, 14, 24]);
    expect(output(folder, 'images/figure/0.png').subarray(1, 4).toString()).toBe('PNG');
    expect(output(folder, 'tables/frame.csv').toString()).toBe('a,b\n1,x\n2,y\n');
    expect(recordsOf(folder, 'metrics')[0]).toMatchObject({
      step: 5,
      values: { f32: Math.fround(0.1), i64: 3, b: 1, array: 2.5, nan: 'NaN', f16: 2 },
    });
  });
});
