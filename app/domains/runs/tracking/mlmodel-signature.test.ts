import { describe, expect, it } from 'vitest';
import { readSignature } from './mlmodel-signature.ts';

const column = (type: string, name?: string) => ({ type, ...(name !== undefined && { name }) });
const tensor = (dtype: string, shape: unknown, name?: string) => ({
  type: 'tensor',
  'tensor-spec': { dtype, shape },
  ...(name !== undefined && { name }),
});
const inputsOf = (...specs: readonly object[]) => readSignature({ inputs: JSON.stringify(specs) }).inputs;

describe('the signature in an MLmodel', () => {
  it('has columns with one value for each row', () => {
    const types = ['boolean', 'integer', 'long', 'float', 'double', 'string', 'binary', 'datetime'];
    expect(inputsOf(...types.map((type) => column(type, type)))).toEqual(
      ['BOOL', 'INT32', 'INT64', 'FP32', 'FP64', 'BYTES', 'BYTES', 'BYTES'].map((datatype, index) => ({
        name: types[index],
        datatype,
        shape: [-1],
      })),
    );
  });

  it('has tensors with their shapes and the types of NumPy', () => {
    const types = [
      'bool',
      'int8',
      'int16',
      'int32',
      'int64',
      'uint8',
      'uint16',
      'uint32',
      'uint64',
      'float16',
    ];
    expect(
      inputsOf(...types.map((type) => tensor(type, [-1, 28, 28], type))).map(({ datatype }) => datatype),
    ).toEqual(['BOOL', 'INT8', 'INT16', 'INT32', 'INT64', 'UINT8', 'UINT16', 'UINT32', 'UINT64', 'FP16']);
    expect(inputsOf(tensor('float32', [-1, 10], 'x'))).toEqual([
      { name: 'x', datatype: 'FP32', shape: [-1, 10] },
    ]);
  });

  it('tells inputs and outputs apart, and numbers those without a name', () => {
    const signature = readSignature({
      inputs: JSON.stringify([tensor('float32', [-1]), tensor('float64', [-1])]),
      outputs: JSON.stringify([column('long')]),
    });
    expect(signature.inputs.map(({ name, datatype }) => [name, datatype])).toEqual([
      ['input 1', 'FP32'],
      ['input 2', 'FP64'],
    ]);
    expect(signature.outputs).toEqual([{ name: 'output', datatype: 'INT64', shape: [-1] }]);
  });

  it.each([
    ['nothing', undefined],
    ['a text', 'double'],
    ['no JSON', { inputs: '[{' }],
    ['a list in place of a text', { inputs: [column('double')] }],
    ['a shape of words', { inputs: JSON.stringify([tensor('float32', ['many'])]) }],
    [
      'more columns than any',
      { inputs: JSON.stringify(Array.from({ length: 10_001 }, () => column('double'))) },
    ],
  ])('counts as not said where it is %s', (_, said) => {
    expect(readSignature(said)).toEqual({ inputs: [], outputs: [] });
  });
});
