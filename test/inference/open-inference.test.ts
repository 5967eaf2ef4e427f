import net from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onnxModel, scalingModel } from '../support/onnx-models.ts';
import { createInferenceFixture } from './inference-fixture.ts';

type Fixture = Awaited<ReturnType<typeof createInferenceFixture>>;

let fixture: Fixture;
beforeAll(async () => {
  fixture = await createInferenceFixture({ bodyLimitBytes: 100_000, requestTimeoutMs: 500 });
  await fixture.serve('double me', scalingModel(2), 7);
  const column = { type: 'FP32', shape: ['n'] } as const;
  const sum = onnxModel({
    inputs: [
      { name: 'a', ...column },
      { name: 'b', ...column },
      { name: 'flag', type: 'INT8', shape: [1] },
    ],
    outputs: [
      { name: 'sum', ...column },
      { name: 'same', type: 'INT8', shape: [1] },
    ],
    nodes: [
      { op: 'Add', inputs: ['a', 'b'], outputs: ['sum'] },
      { op: 'Identity', inputs: ['flag'], outputs: ['same'] },
    ],
  });
  await fixture.serve('sum', sum);
});
afterAll(() => fixture.close());

const x = { name: 'x', datatype: 'FP32', shape: [1, 3], data: [1, 2, 3] };

describe('the Open Inference Protocol', () => {
  it('describes server and model', async () => {
    expect(await (await fixture.fetch('/v2')).json()).toMatchObject({ name: 'lathe', version: '0.0.0' });
    const spec = (name: string) => ({ name, datatype: 'FP32', shape: [-1, 3] });
    const metadata = {
      name: 'double me',
      versions: ['7'],
      platform: 'onnxruntime_onnx',
      inputs: [spec('x')],
      outputs: [spec('y')],
    };
    expect(await (await fixture.fetch('/v2/models/double%20me')).json()).toEqual(metadata);
    expect(await (await fixture.fetch('/v2/models/double%20me/versions/7')).json()).toEqual(metadata);
  });

  it('tells that it lives and is ready', async () => {
    expect(await (await fixture.fetch('/v2/health/live')).json()).toEqual({ live: true });
    expect(await (await fixture.fetch('/v2/health/ready')).json()).toEqual({ ready: true });
    expect(await (await fixture.fetch('/v2/models/sum/versions/1/ready')).json()).toEqual({
      name: 'sum',
      ready: true,
    });
    const index = await fixture.fetch('/v2/repository/index', { method: 'POST', body: '{}' });
    expect(await index.json()).toContainEqual({
      name: 'double me',
      version: '7',
      state: 'READY',
      reason: '',
    });
  });

  it('infers, echoes the id and names the model', async () => {
    const { status, body } = await fixture.infer('double%20me', {
      id: 'mine',
      parameters: { priority: 1 },
      inputs: [x],
    });
    expect([status, body]).toEqual([
      200,
      {
        model_name: 'double me',
        model_version: '7',
        id: 'mine',
        outputs: [{ name: 'y', datatype: 'FP32', shape: [1, 3], data: [2, 4, 6] }],
      },
    ]);
  });

  it('answers with the outputs that were asked for, in that order', async () => {
    const inputs = [
      { name: 'flag', datatype: 'INT8', shape: [1], data: [9] },
      { name: 'b', datatype: 'FP32', shape: [2], data: [1, 1] },
      { name: 'a', datatype: 'FP32', shape: [2], data: [1, 2] },
    ];
    const names = async (outputs?: unknown) =>
      ((await fixture.infer('sum', { inputs, outputs })).body.outputs as { name: string }[]).map(
        ({ name }) => name,
      );
    expect(await names()).toEqual(['sum', 'same']);
    expect(await names([{ name: 'same' }])).toEqual(['same']);
    expect(await names([{ name: 'same' }, { name: 'sum' }])).toEqual(['same', 'sum']);
  });

  it('mixes JSON and binary in one request and one answer', async () => {
    const raw = Buffer.from(Float32Array.of(1, 2).buffer);
    const head = Buffer.from(
      JSON.stringify({
        inputs: [
          { name: 'a', datatype: 'FP32', shape: [2], parameters: { binary_data_size: 8 } },
          { name: 'b', datatype: 'FP32', shape: [2], data: [10, 20] },
          { name: 'flag', datatype: 'INT8', shape: [1], data: [3] },
        ],
        outputs: [{ name: 'sum', parameters: { binary_data: true } }, { name: 'same' }],
      }),
    );
    const response = await fixture.fetch('/v2/models/sum/infer', {
      method: 'POST',
      headers: { 'inference-header-content-length': String(head.byteLength) },
      body: Buffer.concat([head, raw]),
    });
    const answer = Buffer.from(await response.arrayBuffer());
    const jsonBytes = Number(response.headers.get('inference-header-content-length'));
    expect(JSON.parse(answer.toString('utf8', 0, jsonBytes)).outputs).toEqual([
      { name: 'sum', datatype: 'FP32', shape: [2], parameters: { binary_data_size: 8 } },
      { name: 'same', datatype: 'INT8', shape: [1], data: [3] },
    ]);
    expect([answer.readFloatLE(jsonBytes), answer.readFloatLE(jsonBytes + 4)]).toEqual([11, 22]);
  });
});

describe('a request that does not fit is refused, naming what was expected and what came', () => {
  const flag = { name: 'flag', datatype: 'INT8', shape: [1], data: [1] };
  const a = { name: 'a', datatype: 'FP32', shape: [2], data: [1, 2] };
  it.each([
    ['no JSON', '{"inputs":[', /not JSON/],
    ['a bare NaN', `{"inputs":[{"name":"x","datatype":"FP32","shape":[1,3],"data":[1,NaN,3]}]}`, /not JSON/],
    ['no object', '[]', /"inputs"/],
    ['no inputs', '{}', /"inputs"/],
    ['an unknown input', { inputs: [{ ...x, name: 'z' }] }, /"z".*"x"/],
    ['a missing input', { inputs: [] }, /"x" \(FP32, shape \[-1,3\]\) is missing/],
    ['an input twice', { inputs: [x, x] }, /"x" is given twice/],
    ['another type', { inputs: [{ ...x, datatype: 'INT64' }] }, /FP32, not "INT64"/],
    ['another shape', { inputs: [{ ...x, shape: [1, 4], data: [1, 2, 3, 4] }] }, /\[-1,3\].*\[1,4\]/],
    ['another rank', { inputs: [{ ...x, shape: [3] }] }, /\[-1,3\].*\[3\]/],
    ['a negative size', { inputs: [{ ...x, shape: [-1, 3] }] }, /"shape"/],
    ['too few values', { inputs: [{ ...x, data: [1, 2] }] }, /takes 3 values, but "data" has 2/],
    ['a size beyond all memory', { inputs: [{ ...x, shape: [1e15, 3] }] }, /takes 3000000000000000 values/],
    [
      'a crooked nesting',
      {
        inputs: [
          {
            ...x,
            shape: [2, 3],
            data: [
              [1, 2],
              [3, 4, 5, 6],
            ],
          },
        ],
      },
      /depth 2/,
    ],
    ['a text', { inputs: [{ ...x, data: [1, 'two', 3] }] }, /value 1 of "data".*FP32, not "two"/],
    ['null', { inputs: [{ ...x, data: [1, 2, null] }] }, /value 2.*not null/],
    ['a number beyond the type', { inputs: [{ ...x, data: [1, 2, 1e39] }] }, /range of FP32/],
    ['no data', { inputs: [{ ...x, data: undefined }] }, /"data" must be a list/],
    ['an unknown output', { inputs: [x], outputs: [{ name: 'z' }] }, /no output "z"; it gives "y"/],
    ['an output twice', { inputs: [x], outputs: [{ name: 'y' }, { name: 'y' }] }, /twice/],
    ['an id that is no text', { id: 7, inputs: [x] }, /"id"/],
  ])('%s', async (_what, request, message) => {
    const { status, body } = await fixture.infer('double%20me', request);
    expect([status, Object.keys(body)]).toEqual([400, ['error']]);
    expect(body.error).toMatch(message);
  });

  it.each([
    ['NaN where the type has none', ['NaN'], /INT8, not "NaN"/],
    ['a fraction', [0.5], /integer from -128 to 127/],
    ['a value out of range', [128], /not 128/],
    ['a boolean', [true], /not true/],
  ])('%s', async (_what, data, message) => {
    const { status, body } = await fixture.infer('sum', {
      inputs: [a, { ...a, name: 'b' }, { ...flag, data }],
    });
    expect([status, body.error]).toEqual([400, expect.stringMatching(message)]);
  });

  it('sizes that the model itself cannot join', async () => {
    const { status, body } = await fixture.infer('sum', {
      inputs: [a, { ...a, name: 'b', shape: [3], data: [1, 2, 3] }, flag],
    });
    expect([status, body.error]).toEqual([400, expect.stringMatching(/could not compute/)]);
  });

  it.each([
    ['too short a tensor', 8, Buffer.alloc(8), /12 bytes, not 8/],
    ['bytes that belong to nobody', 12, Buffer.alloc(13), /1 bytes after the JSON/],
    ['more than was sent', 12, Buffer.alloc(4), /4 bytes follow/],
  ])('binary: %s', async (_what, size, raw, message) => {
    const head = Buffer.from(
      JSON.stringify({ inputs: [{ ...x, data: undefined, parameters: { binary_data_size: size } }] }),
    );
    const response = await fixture.fetch('/v2/models/double%20me/infer', {
      method: 'POST',
      headers: { 'inference-header-content-length': String(head.byteLength) },
      body: Buffer.concat([head, raw]),
    });
    expect([response.status, (await response.json()).error]).toEqual([400, expect.stringMatching(message)]);
  });

  it('a header length that is no number', async () => {
    const response = await fixture.fetch('/v2/models/sum/infer', {
      method: 'POST',
      headers: { 'inference-header-content-length': '-3' },
      body: '{}',
    });
    expect(response.status).toBe(400);
  });

  it.each([
    ['/v2/models/none', /No endpoint "none".*"double me"/],
    ['/v2/models/sum/versions/2', /version 1, not 2/],
    ['/v1/models', /begins at \/v2/],
    ['/v2/models/sum/infer/more', /nothing at/],
    ['/', /nothing at/],
  ])('an unknown path: %s', async (path, message) => {
    const response = await fixture.fetch(path);
    expect([response.status, (await response.json()).error]).toEqual([404, expect.stringMatching(message)]);
  });

  it('a known path with another method', async () => {
    const response = await fixture.fetch('/v2/models/sum/infer');
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('a path that is not valid percent-encoding', async () => {
    expect((await fixture.fetch('/v2/models/%ff')).status).toBe(400);
  });
});

describe('a sender that goes too far', () => {
  it('is told the limit of a body that says its size', async () => {
    const { status, body } = await fixture.infer('sum', ' '.repeat(100_001));
    expect([status, body.error]).toEqual([413, expect.stringContaining('100000 bytes')]);
  });

  it('is told the limit of a body that comes in chunks', async () => {
    const chunk = Buffer.alloc(30_000, ' ');
    const body = new ReadableStream({
      start(controller) {
        for (let i = 0; i < 5; i++) controller.enqueue(chunk);
        controller.close();
      },
    });
    const response = await fixture.fetch('/v2/models/sum/infer', {
      method: 'POST',
      body,
      duplex: 'half',
    } as RequestInit);
    expect(response.status).toBe(413);
  });

  it('may not send a compressed body', async () => {
    const response = await fixture.fetch('/v2/models/sum/infer', {
      method: 'POST',
      headers: { 'content-encoding': 'gzip' },
      body: 'x',
    });
    expect(response.status).toBe(415);
  });

  it('may not send large headers, or anything but HTTP', async () => {
    expect(await raw(`GET /v2 HTTP/1.1\r\nHost: x\r\nBig: ${'a'.repeat(20_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 431 .*"error"/s,
    );
    expect(await raw('what is this\r\n\r\n')).toMatch(/^HTTP\/1.1 400 .*"error"/s);
  });

  it('may not hold a connection with a slow body', async () => {
    const headers = `Host: 127.0.0.1:${fixture.port}\r\nAuthorization: Bearer token-of-the-test`;
    const answer = await raw(
      `POST /v2/models/sum/infer HTTP/1.1\r\n${headers}\r\nContent-Length: 100\r\n\r\n{`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 408 .*in time/s);
  });
});

describe('a model whose worker dies', () => {
  it('is unavailable, its waiting requests are answered, and the others go on', async () => {
    const { worker } = await fixture.serve('fragile', scalingModel(1));
    const alive = await fixture.infer('fragile', { inputs: [x] });
    expect(alive.status).toBe(200);
    const size = 3000;
    const big = { inputs: [{ ...x, shape: [size, 3], data: new Array(size * 3).fill(1) }] };
    const waiting = Array.from({ length: 8 }, () => fixture.infer('fragile', big));
    worker.kill('SIGKILL');
    for (const { status } of await Promise.all(waiting)) expect([200, 503]).toContain(status);
    const after = await fixture.infer('fragile', { inputs: [x] });
    expect([after.status, after.body.error]).toEqual([503, expect.stringContaining('Try again')]);
    expect((await fixture.fetch('/v2/models/fragile/ready')).status).toBe(503);
    expect((await fixture.fetch('/v2/health/ready')).status).toBe(503);
    expect((await fixture.infer('double%20me', { inputs: [x] })).status).toBe(200);
    await fixture.models.remove('fragile');
  });
});

/** Send bytes as they are and read until the server closes. */
function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(fixture.port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk));
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}
