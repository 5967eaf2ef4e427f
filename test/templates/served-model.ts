import fs from 'node:fs';
import { expect } from 'vitest';
import type { TensorType } from '../../app/contract/models.contract.ts';
import type { InspectedModel } from '../../app/kernel/ports/models.ts';
import type { WireTensor } from '../../app/kernel/ports/tensor-frames.ts';
import { modelFacts } from '../../native/inference/model-facts.ts';
import { openSession } from '../../native/inference/onnx-session.ts';
import type { TemplateRun } from './template-run.ts';

/** A tensor as the Open Inference Protocol writes it. */
interface WrittenTensor {
  readonly name: string;
  readonly datatype: TensorType;
  readonly shape: readonly number[];
  readonly data: readonly (number | string)[];
}

/**
 * Load the exported model as an endpoint does and give it the run's example, whole and one row at a time: the answers must be those
 * that the framework gave when it was exported.
 *
 * @returns what an endpoint knows of the model
 */
export async function expectServedAsTrained(run: TemplateRun): Promise<InspectedModel> {
  const session = await openSession(run.output('model.onnx'), 1);
  const { inputs } = read<{ inputs: WrittenTensor[] }>(run, 'example-request.json');
  const { outputs } = read<{ outputs: WrittenTensor[] }>(run, 'example-response.json');
  expect(session.signature.inputs.map(({ name }) => name)).toEqual(inputs.map(({ name }) => name));
  expect(session.signature.outputs.map(({ name }) => name)).toEqual(outputs.map(({ name }) => name));
  for (const { shape } of session.signature.inputs) expect(shape[0]).toBe(-1);
  const rows = inputs[0]!.shape[0]!;
  expect(rows).toBeGreaterThan(1);
  for (const [from, to] of [[0, rows], ...Array.from({ length: rows }, (_, row) => [row, row + 1])]) {
    const answer = await session.run(inputs.map((tensor) => toWire(rowsOf(tensor, from!, to!))));
    for (const [index, expected] of outputs.entries()) {
      const { shape, data } = rowsOf(expected, from!, to!);
      const got = fromWire(answer.outputs[index]!);
      expect(got.shape).toEqual(shape);
      expectClose(got.data, data);
    }
  }
  return modelFacts(session.signature, session.metadata);
}

function read<T>(run: TemplateRun, name: string): T {
  return JSON.parse(fs.readFileSync(run.output(name), 'utf8')) as T;
}

function rowsOf(tensor: WrittenTensor, from: number, to: number): WrittenTensor {
  const [rows, ...rest] = tensor.shape;
  const width = tensor.data.length / rows!;
  return { ...tensor, shape: [to - from, ...rest], data: tensor.data.slice(from * width, to * width) };
}

function expectClose(got: readonly (number | string)[], wanted: readonly (number | string)[]): void {
  expect(got).toHaveLength(wanted.length);
  for (const [index, value] of wanted.entries()) {
    if (typeof value === 'string') expect(got[index]).toBe(value);
    // float32 holds seven digits, and sums are added in another order.
    else expect(Math.abs(Number(got[index]) - value)).toBeLessThan(1e-4 + 1e-4 * Math.abs(value));
  }
}

function toWire({ name, datatype, shape, data }: WrittenTensor): WireTensor {
  return { name, datatype, shape, bytes: encoded(datatype, data) };
}

function encoded(datatype: TensorType, data: readonly (number | string)[]): Uint8Array {
  if (datatype === 'INT64') return new Uint8Array(BigInt64Array.from(data, BigInt).buffer);
  if (datatype === 'FP32') return new Uint8Array(Float32Array.from(data, Number).buffer);
  return Buffer.concat(
    data.map((element) => {
      const text = Buffer.from(String(element));
      const length = Buffer.alloc(4);
      length.writeUInt32LE(text.byteLength);
      return Buffer.concat([length, text]);
    }),
  );
}

function fromWire({ datatype, shape, bytes }: WireTensor): {
  readonly shape: readonly number[];
  readonly data: readonly (number | string)[];
} {
  const content = Uint8Array.from(bytes);
  if (datatype === 'INT64') return { shape, data: Array.from(new BigInt64Array(content.buffer), Number) };
  if (datatype === 'FP32') return { shape, data: Array.from(new Float32Array(content.buffer)) };
  const data: string[] = [];
  const view = Buffer.from(content);
  for (let at = 0; at < view.byteLength; ) {
    const end = at + 4 + view.readUInt32LE(at);
    data.push(view.toString('utf8', at + 4, end));
    at = end;
  }
  return { shape, data };
}
