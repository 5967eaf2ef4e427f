import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { halfTensor } from '../../native/inference/onnx-session.ts';
import { type ElementType, identityModel, scalingModel } from '../support/onnx-models.ts';
import { createInferenceFixture } from './inference-fixture.ts';

type Fixture = Awaited<ReturnType<typeof createInferenceFixture>>;

interface Sample {
  readonly type: ElementType;
  readonly ort: Tensor.Type;
  /** Three values as they stand in JSON, the edges of the type among them. */
  readonly json: string;
  readonly data: Tensor.DataType | readonly string[];
}

const samples: readonly Sample[] = [
  { type: 'BOOL', ort: 'bool', json: 'true,false,true', data: Uint8Array.of(1, 0, 1) },
  { type: 'UINT8', ort: 'uint8', json: '0,7,255', data: Uint8Array.of(0, 7, 255) },
  { type: 'INT8', ort: 'int8', json: '-128,0,127', data: Int8Array.of(-128, 0, 127) },
  { type: 'UINT16', ort: 'uint16', json: '0,7,65535', data: Uint16Array.of(0, 7, 65535) },
  { type: 'INT16', ort: 'int16', json: '-32768,0,32767', data: Int16Array.of(-32768, 0, 32767) },
  { type: 'UINT32', ort: 'uint32', json: '0,7,4294967295', data: Uint32Array.of(0, 7, 4294967295) },
  {
    type: 'INT32',
    ort: 'int32',
    json: '-2147483648,0,2147483647',
    data: Int32Array.of(-2147483648, 0, 2147483647),
  },
  {
    type: 'UINT64',
    ort: 'uint64',
    json: '0,9007199254740993,18446744073709551615',
    data: BigUint64Array.of(0n, 9007199254740993n, 18446744073709551615n),
  },
  {
    type: 'INT64',
    ort: 'int64',
    json: '-9223372036854775808,9007199254740993,9223372036854775807',
    data: BigInt64Array.of(-9223372036854775808n, 9007199254740993n, 9223372036854775807n),
  },
  {
    type: 'FP16',
    ort: 'float16',
    json: '0.5,-65504,0.000060975551605224609',
    data: Uint16Array.of(0x3800, 0xfbff, 0x03ff),
  },
  {
    type: 'FP32',
    ort: 'float32',
    json: '0.10000000149011612,-3.4028234663852886e+38,-0',
    data: Float32Array.of(0.1, -3.4028234663852886e38, -0),
  },
  {
    type: 'FP64',
    ort: 'float64',
    json: '0.1,-1.7976931348623157e+308,5e-324',
    data: Float64Array.of(0.1, -Number.MAX_VALUE, 5e-324),
  },
  { type: 'BYTES', ort: 'string', json: '"","häß\\nlich","日本"', data: ['', 'häß\nlich', '日本'] },
];

let fixture: Fixture;
const direct = new Map<ElementType, InferenceSession>();
beforeAll(async () => {
  fixture = await createInferenceFixture();
  for (const sample of samples) {
    const { modelPath } = await fixture.serve(sample.type, identityModel(sample.type));
    direct.set(sample.type, await InferenceSession.create(modelPath));
  }
});
afterAll(() => fixture.close());

/** `rows` copies of the sample through ONNX Runtime in this process: what the server must agree with. */
async function expected(sample: Sample, rows: number): Promise<Uint8Array> {
  const bytes = repeated(rawBytes(sample.data), rows);
  const data =
    sample.type === 'BYTES'
      ? Array.from({ length: rows }, () => sample.data as string[]).flat()
      : viewed(bytes, sample);
  const x =
    sample.type === 'FP16'
      ? halfTensor(data as Uint16Array, [rows, 3])
      : new Tensor(sample.ort, data as never, [rows, 3]);
  const { y } = await direct.get(sample.type)!.run({ x });
  return rawBytes((y as Tensor).data);
}

function viewed(bytes: Uint8Array, { data }: Sample): unknown {
  const View = data.constructor as new (buffer: ArrayBuffer) => unknown;
  return new View(Uint8Array.from(bytes).buffer);
}

function rawBytes(data: Tensor.DataType | readonly string[]): Uint8Array {
  if (!Array.isArray(data)) {
    const view = data as Uint8Array;
    return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  }
  return Buffer.concat(
    data.flatMap((text: string) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(Buffer.byteLength(text));
      return [length, Buffer.from(text)];
    }),
  );
}

function repeated(bytes: Uint8Array, times: number): Uint8Array {
  return Buffer.concat(Array.from({ length: times }, () => bytes));
}

const batches = [1, 2, 17];

describe.each(samples.map((sample) => [sample.type, sample] as const))('a tensor of %s', (type, sample) => {
  it.each(batches)(
    'sent as JSON in a batch of %i, comes back as ONNX Runtime gives it, to the last digit',
    async (rows) => {
      const values = Array.from({ length: rows }, () => sample.json).join(',');
      const { status, text } = await fixture.infer(
        type,
        `{"id":"a","inputs":[{"name":"x","datatype":"${type}","shape":[${rows},3],"data":[${values}]}]}`,
      );
      expect(status).toBe(200);
      const answered = text.slice(text.indexOf('"data":[') + 8, -4);
      // Compared as binary too: the text that came back is sent once more and asked for as raw bytes.
      const raw = await binary(type, rows, `[${answered}]`);
      expect(Buffer.from(raw).equals(Buffer.from(await expected(sample, rows)))).toBe(true);
      expect(JSON.parse(`[${answered}]`)).toEqual(
        JSON.parse(`[${values}]`).map((value: unknown) =>
          type === 'FP16' ? expect.closeTo(value as number, 12) : value,
        ),
      );
    },
  );

  it.each(batches)('sent and answered as binary in a batch of %i, keeps every byte', async (rows) => {
    const bytes = repeated(rawBytes(sample.data), rows);
    const answer = await binary(type, rows, undefined, bytes);
    expect(Buffer.from(answer).equals(Buffer.from(await expected(sample, rows)))).toBe(true);
  });

  it('may be nested as its shape says', async () => {
    const { status, body } = await fixture.infer(
      type,
      `{"inputs":[{"name":"x","datatype":"${type}","shape":[2,3],"data":[[${sample.json}],[${sample.json}]]}]}`,
    );
    expect(status).toBe(200);
    expect(body.outputs).toMatchObject([{ name: 'y', datatype: type, shape: [2, 3] }]);
  });

  it('may have no rows', async () => {
    const { status, body } = await fixture.infer(type, {
      inputs: [{ name: 'x', datatype: type, shape: [0, 3], data: [] }],
    });
    expect([status, body.outputs]).toEqual([200, [{ name: 'y', datatype: type, shape: [0, 3], data: [] }]]);
  });
});

async function binary(
  type: ElementType,
  rows: number,
  json: string | undefined,
  bytes: Uint8Array = new Uint8Array(),
): Promise<Uint8Array> {
  const tensor =
    json === undefined ? `"parameters":{"binary_data_size":${bytes.byteLength}}` : `"data":${json}`;
  const head = `{"inputs":[{"name":"x","datatype":"${type}","shape":[${rows},3],${tensor}}],"outputs":[{"name":"y","parameters":{"binary_data":true}}]}`;
  const response = await fixture.fetch(`/v2/models/${type}/infer`, {
    method: 'POST',
    headers: { 'inference-header-content-length': String(Buffer.byteLength(head)) },
    body: Buffer.concat([Buffer.from(head), bytes]),
  });
  const answer = Buffer.from(await response.arrayBuffer());
  expect(response.status, answer.toString()).toBe(200);
  return answer.subarray(Number(response.headers.get('inference-header-content-length')));
}

describe('numbers that JSON has not', () => {
  it.each(['FP16', 'FP32', 'FP64'] as const)('go in and come out of %s as words', async (datatype) => {
    const data = ['NaN', 'Infinity', '-Infinity'];
    const { status, body } = await fixture.infer(datatype, {
      inputs: [{ name: 'x', datatype, shape: [1, 3], data }],
    });
    expect([status, body.outputs]).toEqual([200, [{ name: 'y', datatype, shape: [1, 3], data }]]);
  });

  it('may be decimal strings for 64-bit integers', async () => {
    const data = ['9223372036854775807', '-1', 5];
    const { text } = await fixture.infer('INT64', {
      inputs: [{ name: 'x', datatype: 'INT64', shape: [1, 3], data }],
    });
    expect(text).toContain('[9223372036854775807,-1,5]');
  });
});

it('32 requests at once each get their own answer', async () => {
  await fixture.serve('double', scalingModel(2));
  const answers = await Promise.all(
    Array.from({ length: 32 }, (_, index) =>
      fixture.infer('double', {
        id: String(index),
        inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 3], data: [index, index + 1, index + 2] }],
      }),
    ),
  );
  for (const [index, { body }] of answers.entries()) {
    expect(body).toMatchObject({
      id: String(index),
      outputs: [{ data: [2 * index, 2 * index + 2, 2 * index + 4] }],
    });
  }
});
