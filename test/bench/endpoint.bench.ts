import { createHash } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Signature } from '../../app/contract/models.contract.ts';
import type { ServerCommand, ServerMessage } from '../../app/kernel/ports/inference-server.ts';
import type { ModelWorkerMessage } from '../../app/kernel/ports/model-worker.ts';
import type { WorkerProcess } from '../../app/kernel/ports/workers.ts';
import { createForkStarter } from '../support/fork-starter.ts';
import { onnxModel } from '../support/onnx-models.ts';
import type { Bench, BenchRow } from './bench.ts';

const TOKEN = 'bench';
const LAYERS = [64, 256, 128, 10];
const WARM_UP = 300;
const REQUESTS = 2000;
const peer = 'ONNX Runtime called in a loop';

export const bench: Bench = {
  name: 'endpoint',
  title: 'An endpoint over HTTP against ONNX Runtime called directly (MLP 64-256-128-10, one thread)',
  async run() {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-bench-'));
    const starter = createForkStarter();
    try {
      const modelPath = path.join(folder, 'model.onnx');
      fs.writeFileSync(modelPath, perceptron());
      const socketPath = path.join(folder, 'model.sock');
      const worker = await starter.start('model', ['serve', modelPath, socketPath, '1']);
      const signature = await ready(worker);
      const server = await starter.start('inference-server', []);
      const tokenHashes = [createHash('sha256').update(TOKEN).digest('hex')];
      const port = (await ask(server, {
        ask: 1,
        type: 'listen',
        port: 0,
        tokenHashes,
        version: '0',
      })) as number;
      const endpoint = { id: 'bench', name: 'bench', version: 1, signature, labels: null, socketPath };
      await ask(server, { ask: 2, type: 'add', endpoint });
      const session = await InferenceSession.create(modelPath, {
        intraOpNumThreads: 1,
        interOpNumThreads: 1,
      });
      const rows: BenchRow[] = [];
      for (const batch of [1, 32]) {
        const direct = await measureDirect(session, batch);
        for (const form of ['JSON', 'binary'] as const) {
          const one = await measureHttp(port, batch, form, 1);
          const many = await measureHttp(port, batch, form, 16);
          rows.push(
            row(`p50, batch ${batch}, ${form}, 1 client`, one.p50Ms, 'ms', direct.p50Ms),
            row(
              `throughput, batch ${batch}, ${form}, 1 client`,
              one.perSecond,
              'requests/s',
              direct.perSecond,
            ),
            row(
              `throughput, batch ${batch}, ${form}, 16 clients`,
              many.perSecond,
              'requests/s',
              direct.perSecond,
            ),
          );
        }
      }
      return rows;
    } finally {
      starter.killAll();
      fs.rmSync(folder, { recursive: true, force: true });
    }
  },
};

interface Measured {
  readonly p50Ms: number;
  readonly perSecond: number;
}

function row(what: string, ours: number, oursUnit: string, value: number): BenchRow {
  return { what, ours, oursUnit, peer: { name: peer, value }, ratio: ours / value };
}

function perceptron(): Uint8Array {
  const weights = LAYERS.slice(1).map((outputs, layer) => {
    const inputs = LAYERS[layer]!;
    return {
      name: `w${layer}`,
      shape: [inputs, outputs],
      values: Float32Array.from({ length: inputs * outputs }, (_, i) => Math.sin(i) / 8),
    };
  });
  const last = weights.length - 1;
  return onnxModel({
    inputs: [{ name: 'x', type: 'FP32', shape: ['n', LAYERS[0]!] }],
    outputs: [{ name: 'y', type: 'FP32', shape: ['n', LAYERS.at(-1)!] }],
    weights,
    nodes: weights.flatMap(({ name }, layer) => [
      { op: 'MatMul', inputs: [layer === 0 ? 'x' : `h${layer}`, name], outputs: [`z${layer}`] },
      {
        op: layer === last ? 'Softmax' : 'Relu',
        inputs: [`z${layer}`],
        outputs: [layer === last ? 'y' : `h${layer + 1}`],
      },
    ]),
  });
}

function values(batch: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: batch * LAYERS[0]! }, (_, index) => (index % 17) / 16);
}

async function measureDirect(session: InferenceSession, batch: number): Promise<Measured> {
  return measure(1, () => session.run({ x: new Tensor('float32', values(batch), [batch, LAYERS[0]!]) }));
}

async function measureHttp(
  port: number,
  batch: number,
  form: 'JSON' | 'binary',
  clients: number,
): Promise<Measured> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: clients });
  const { body, headers } = infer(batch, form);
  const options = { host: '127.0.0.1', port, agent, method: 'POST', path: '/v2/models/bench/infer', headers };
  try {
    return await measure(clients, () => send(options, body));
  } finally {
    agent.destroy();
  }
}

function infer(batch: number, form: 'JSON' | 'binary'): { body: Buffer; headers: Record<string, string> } {
  const data = values(batch);
  const raw = Buffer.from(data.buffer);
  const tensor = { name: 'x', datatype: 'FP32', shape: [batch, LAYERS[0]] };
  const json =
    form === 'JSON'
      ? { inputs: [{ ...tensor, data: [...data] }] }
      : {
          inputs: [{ ...tensor, parameters: { binary_data_size: raw.byteLength } }],
          parameters: { binary_data_output: true },
        };
  const head = Buffer.from(JSON.stringify(json));
  const body = form === 'JSON' ? head : Buffer.concat([head, raw]);
  return {
    body,
    headers: {
      authorization: `Bearer ${TOKEN}`,
      'inference-header-content-length': String(head.byteLength),
      'content-length': String(body.byteLength),
    },
  };
}

function send(options: http.RequestOptions, body: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = http.request(options, (response) => {
      if (response.statusCode !== 200) reject(new Error(`the endpoint answered ${response.statusCode}`));
      response.resume().on('end', resolve);
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** REQUESTS calls by `clients` at once, each with the next call as soon as its last is answered. */
async function measure(clients: number, call: () => Promise<unknown>): Promise<Measured> {
  const durations: number[] = [];
  const loop = async (left: { count: number }, keep: boolean) => {
    while (left.count-- > 0) {
      const startedAt = performance.now();
      await call();
      if (keep) durations.push(performance.now() - startedAt);
    }
  };
  const all = (count: number, keep: boolean) => {
    const left = { count };
    return Promise.all(Array.from({ length: clients }, () => loop(left, keep)));
  };
  await all(WARM_UP, false);
  const startedAt = performance.now();
  await all(REQUESTS, true);
  const perSecond = (REQUESTS / (performance.now() - startedAt)) * 1000;
  return { p50Ms: durations.sort((a, b) => a - b)[REQUESTS / 2]!, perSecond };
}

function ready(worker: WorkerProcess): Promise<Signature> {
  return new Promise((resolve, reject) => {
    worker.onMessage((message) => {
      const said = message as ModelWorkerMessage;
      if (said.type === 'ready') resolve(said.signature);
      if (said.type === 'failed') reject(new Error(said.failure.message));
    });
  });
}

function ask(server: WorkerProcess, command: ServerCommand): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const release = server.onMessage((message) => {
      const said = message as ServerMessage;
      if (said.type !== 'answer' || said.ask !== command.ask) return;
      release();
      if (said.ok) resolve(said.value);
      else reject(new Error(said.failure.message));
    });
    server.send(command);
  });
}
