import { describe, expect, it } from 'vitest';
import type { Signature, TensorSpec } from '../../../app/contract/models.contract.ts';
import { callSamples } from './call-samples.ts';
import {
  columnTensors,
  exampleFields,
  imageTensor,
  parseTensors,
  readPrediction,
  sampleTensors,
  tryItForm,
} from './try-it.ts';

const image: TensorSpec = {
  name: 'pixels',
  datatype: 'FP32',
  shape: [-1, 4],
  hint: { kind: 'image', width: 2, height: 2, min: 0, max: 16 },
};
const age: TensorSpec = {
  name: 'age',
  datatype: 'FP32',
  shape: [-1, 1],
  hint: { kind: 'number', min: 0, max: 90, example: 38.25 },
};
const rooms: TensorSpec = { name: 'rooms', datatype: 'INT64', shape: [-1, 1], hint: { kind: 'number' } };
const city: TensorSpec = {
  name: 'city',
  datatype: 'BYTES',
  shape: [-1, 1],
  hint: { kind: 'category', categories: ['Oslo', 'Bergen'] },
};
const of = (...inputs: TensorSpec[]): Signature => ({ inputs, outputs: [] });

describe('the form of an endpoint', () => {
  it('is a drawing where the input is an image', () => {
    expect(tryItForm(of(image))).toMatchObject({ kind: 'image', width: 2, height: 2 });
  });

  it('is fields where every input is a column', () => {
    expect(tryItForm(of(age, city)).kind).toBe('columns');
  });

  it('is JSON where nothing says what the numbers mean, or an image does not fit its tensor', () => {
    expect(tryItForm(of({ name: 'x', datatype: 'FP32', shape: [1, 3, 224, 224] })).kind).toBe('tensors');
    expect(tryItForm(of({ ...image, shape: [-1, 5] })).kind).toBe('tensors');
  });
});

describe('the tensors that a form sends', () => {
  it('hold a drawing row by row as one image', () => {
    expect(imageTensor(image, [1, 2, 3, 4])).toEqual({
      name: 'pixels',
      datatype: 'FP32',
      shape: [1, 4],
      data: [1, 2, 3, 4],
    });
  });

  it('hold one value per field, a missing number as NaN for the model to impute', () => {
    const { tensors, problems } = columnTensors([age, city], { age: '', city: 'Oslo' });
    expect(problems).toEqual({});
    expect(tensors.map(({ shape }) => shape)).toEqual([
      [1, 1],
      [1, 1],
    ]);
    expect(tensors[0]?.data).toEqual(['NaN']);
    expect(tensors[1]?.data).toEqual(['Oslo']);
  });

  it('are refused with the field and the reason where a value does not fit', () => {
    expect(columnTensors([age], { age: 'old' }).problems.age).toContain('“old” is not a number');
    expect(columnTensors([rooms], { rooms: '2.5' }).problems.rooms).toContain('not a whole number');
  });

  it('start from the model’s own examples', () => {
    expect(exampleFields([age, city])).toEqual({ age: '38.25', city: 'Oslo' });
  });

  it('fit the signature in the sample that the JSON editor shows', () => {
    const text = JSON.stringify({ inputs: sampleTensors(of(image, city)) });
    expect(parseTensors(text, of(image, city))).toMatchObject({
      tensors: [{ shape: [1, 4] }, { data: ['Oslo'] }],
    });
  });

  it('are checked against the signature before they leave', () => {
    const problem = (inputs: unknown) => parseTensors(JSON.stringify({ inputs }), of(image));
    expect(problem([])).toEqual({ problem: 'The input "pixels" is missing.' });
    expect(problem([{ name: 'pixels', shape: [1, 3], data: [1, 2, 3] }])).toEqual({
      problem: '"pixels" has shape [1, 3]; the model needs [n, 4].',
    });
    expect(problem([{ name: 'pixels', shape: [1, 4], data: [1, 2, 3] }])).toEqual({
      problem: '"pixels" has 3 values; its shape [1, 4] needs 4.',
    });
    expect(parseTensors('{', of(image))).toHaveProperty('problem');
  });
});

describe('an answer', () => {
  const labels = ['zero', 'one'];

  it('of a classifier is the likeliest class with all probabilities', () => {
    const prediction = readPrediction({ task: 'classification', labels }, [
      { name: 'label', datatype: 'INT64', shape: [1], data: [1] },
      { name: 'probabilities', datatype: 'FP32', shape: [1, 2], data: [0.1, 0.9] },
    ]);
    expect(prediction).toMatchObject({ kind: 'class', label: 'one', confidence: 0.9 });
  });

  it('of a classifier without probabilities is its label', () => {
    const outputs = [{ name: 'label', datatype: 'INT64' as const, shape: [1], data: [0] }];
    expect(readPrediction({ task: 'classification', labels }, outputs)).toMatchObject({
      kind: 'class',
      label: 'zero',
      confidence: null,
    });
  });

  it('of a regression is a number', () => {
    const outputs = [{ name: 'value', datatype: 'FP32' as const, shape: [1, 1], data: [12.5] }];
    expect(readPrediction({ task: 'regression', labels: null }, outputs)).toEqual({
      kind: 'value',
      value: 12.5,
    });
  });

  it('of a foreign model is shown as it came', () => {
    const outputs = [{ name: 'y', datatype: 'FP32' as const, shape: [1, 1], data: [1] }];
    expect(readPrediction({ task: null, labels: null }, outputs)).toEqual({ kind: 'tensors', outputs });
  });
});

describe('the code that calls an endpoint', () => {
  const endpoint = { url: 'http://127.0.0.1:4790/v2/models/it/infer', signature: of(image, city) };
  const tensors = [{ name: 'city', datatype: 'BYTES' as const, shape: [1, 1], data: ["Aix'en", true] }];

  it('reads the token from the environment and never holds one', () => {
    for (const { code } of callSamples(endpoint)) {
      expect(code).toContain('LATHE_TOKEN');
      expect(code).toContain(endpoint.url);
      expect(code).not.toMatch(/Bearer [A-Za-z0-9]{8}/);
    }
  });

  it('quotes for the shell, and spells true the way Python does', () => {
    const [curl, python] = callSamples(endpoint, tensors);
    expect(curl?.code).toContain("Aix'\\''en");
    expect(python?.code).toContain('["Aix\'en",True]');
  });

  it('is valid JavaScript', () => {
    const code = callSamples(endpoint).find(({ id }) => id === 'javascript')?.code ?? '';
    expect(() => new Function(`return async () => { ${code} }`)).not.toThrow();
  });

  it('sends a body that fits the signature', () => {
    const code = callSamples(endpoint).find(({ id }) => id === 'curl')?.code ?? '';
    const body = code.slice(code.indexOf("-d '") + 4, -1);
    expect(parseTensors(body, endpoint.signature)).toHaveProperty('tensors');
  });
});
