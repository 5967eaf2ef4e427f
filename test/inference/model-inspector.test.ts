import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createModelInspector } from '../../native/inference/model-inspector.ts';
import { createForkStarter } from '../support/fork-starter.ts';
import { type ElementType, identityModel, onnxModel, scalingModel } from '../support/onnx-models.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-inspect-'));
const starter = createForkStarter();
const inspector = createModelInspector(starter);
afterAll(() => {
  starter.killAll();
  fs.rmSync(folder, { recursive: true });
});

function file(name: string, content: Uint8Array | string): string {
  const filePath = path.join(folder, name);
  fs.writeFileSync(filePath, content);
  return filePath;
}

describe('inspecting an ONNX file', () => {
  it('names inputs and outputs with the types of the protocol, and -1 for any size', async () => {
    const types: ElementType[] = [
      'BOOL',
      'UINT8',
      'UINT16',
      'UINT32',
      'UINT64',
      'INT8',
      'INT16',
      'INT32',
      'INT64',
      'FP16',
      'FP32',
      'FP64',
      'BYTES',
    ];
    const model = onnxModel({
      inputs: types.map((type) => ({ name: `in_${type}`, type, shape: ['n', 4] })),
      outputs: types.map((type) => ({ name: `out_${type}`, type, shape: ['n', 4] })),
      nodes: types.map((type) => ({ op: 'Identity', inputs: [`in_${type}`], outputs: [`out_${type}`] })),
    });
    const { signature, task, labels } = await inspector.inspect(file('types.onnx', model));
    expect(signature.inputs).toEqual(
      types.map((type) => ({ name: `in_${type}`, datatype: type, shape: [-1, 4] })),
    );
    expect(signature.outputs.map((output) => output.datatype)).toEqual(types);
    expect([task, labels]).toEqual([null, null]);
  });

  it("reads Lathe's own metadata, and keeps what others wrote", async () => {
    const hint = { kind: 'image', width: 3, height: 1 };
    const metadata = {
      'lathe.task': 'classification',
      'lathe.labels': '["a","b"]',
      'lathe.inputs': JSON.stringify({ x: hint }),
      author: 'someone',
    };
    const model = await inspector.inspect(file('meta.onnx', identityModel('FP32', 3, metadata)));
    expect(model).toMatchObject({ task: 'classification', labels: ['a', 'b'], metadata });
    expect(model.signature.inputs[0]?.hint).toEqual(hint);
  });

  it('ignores metadata that does not fit', async () => {
    const metadata = { 'lathe.task': 'divination', 'lathe.labels': '{', 'lathe.inputs': '7' };
    const model = await inspector.inspect(file('odd.onnx', identityModel('FP32', 3, metadata)));
    expect(model).toMatchObject({ task: null, labels: null });
  });
});

describe('a file that is no usable model', () => {
  const whole = scalingModel(2, 500);
  const external = onnxModel({
    inputs: [{ name: 'x', type: 'FP32', shape: [1] }],
    outputs: [{ name: 'y', type: 'FP32', shape: [1] }],
    nodes: [{ op: 'Add', inputs: ['x', 'outside'], outputs: ['y'] }],
    externalFile: '../../secret',
  });
  const unknownOperator = onnxModel({
    inputs: [{ name: 'x', type: 'FP32', shape: [1] }],
    outputs: [{ name: 'y', type: 'FP32', shape: [1] }],
    nodes: [{ op: 'NoSuchOperator', inputs: ['x'], outputs: ['y'] }],
  });
  it.each([
    ['cut short', whole.subarray(0, whole.byteLength - 20), /ends too early/],
    ['text', 'epoch,loss\n1,0.5\n', /not an ONNX model/],
    ['empty', '', /empty/],
    ['a pickle', Buffer.from([0x80, 0x04, 0x95, 0, 0, 0]), /not an ONNX model/],
    ['with external weights', external, /external data/],
    ['with an unknown operator', unknownOperator, /NoSuchOperator/],
  ])('is refused with the reason: %s', async (name, content, reason) => {
    const failure = inspector.inspect(file(`${name}.onnx`, content));
    await expect(failure).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringMatching(reason),
    });
  });

  it('may be cut anywhere', async () => {
    const cuts = [1, 2, 10, 40, Math.floor(whole.byteLength / 2)];
    for (const cut of cuts) {
      await expect(inspector.inspect(file('cut.onnx', whole.subarray(0, cut)))).rejects.toMatchObject({
        code: 'MODEL_INVALID',
      });
    }
  });

  it('over 2 GiB is refused without being read', async () => {
    const huge = file('huge.onnx', '');
    fs.truncateSync(huge, 2 ** 31);
    await expect(inspector.inspect(huge)).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringMatching(/2 GiB/),
    });
  });
});

it('an inspection that takes too long is ended with its process', async () => {
  const impatient = createModelInspector(starter, 1);
  await expect(impatient.inspect(file('slow.onnx', scalingModel(1)))).rejects.toMatchObject({
    code: 'MODEL_INVALID',
  });
  const { pid } = starter.started.at(-1)!;
  await expect.poll(() => isRunning(pid)).toBe(false);
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
