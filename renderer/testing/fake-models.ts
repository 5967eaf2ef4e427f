import type { Model, ModelVersion, Signature } from '../../app/contract/models.contract.ts';
import type { Run } from '../../app/contract/runs.contract.ts';
import type { Endpoint, EndpointStats, Tensor } from '../../app/contract/serving.contract.ts';
import { fakeDigest, fakeId, seeded } from './fake-runs.ts';

const pixelColumns = Array.from({ length: 64 }, (_, index) => `pixel_${Math.floor(index / 8)}_${index % 8}`);
const digits = Array.from({ length: 10 }, (_, index) => String(index));

export const digitsSignature: Signature = {
  inputs: [
    {
      name: 'image',
      datatype: 'FP32',
      shape: [-1, 64],
      hint: { kind: 'image', columns: pixelColumns, width: 8, height: 8, min: 0, max: 16 },
    },
  ],
  outputs: [
    { name: 'probabilities', datatype: 'FP32', shape: [-1, 10] },
    { name: 'label', datatype: 'INT64', shape: [-1] },
  ],
};

export const housesSignature: Signature = {
  inputs: [
    {
      name: 'area_m2',
      datatype: 'FP32',
      shape: [-1, 1],
      hint: { kind: 'number', min: 18, max: 410, example: 96.4 },
    },
    {
      name: 'rooms',
      datatype: 'INT64',
      shape: [-1, 1],
      hint: { kind: 'number', min: 1, max: 9, example: 4 },
    },
    {
      name: 'city',
      datatype: 'BYTES',
      shape: [-1, 1],
      hint: { kind: 'category', categories: ['Bergen', 'Oslo', 'Trondheim'], example: 'Oslo' },
    },
    {
      name: 'year',
      datatype: 'FP32',
      shape: [-1, 1],
      hint: { kind: 'number', min: 1880, max: 2026, example: 1974 },
    },
  ],
  outputs: [{ name: 'price', datatype: 'FP32', shape: [-1, 1] }],
};

/** Versions of the model `digits`, newest first, each from one of the given runs. */
export function fakeModelVersions(runs: readonly Run[]): ModelVersion[] {
  return [4, 3, 2, 1].map((version, index): ModelVersion => {
    const run = runs.filter(({ status }) => status === 'finished')[index];
    return {
      id: fakeId(8, version) as ModelVersion['id'],
      modelId: fakeId(7, 1) as ModelVersion['modelId'],
      modelName: 'digits',
      version,
      digest: fakeDigest as ModelVersion['digest'],
      sizeBytes: 61_240 - index * 9000,
      signature: digitsSignature,
      task: 'classification',
      labels: digits,
      aliases: version === 4 ? ['champion'] : version === 2 ? ['fallback'] : [],
      runId: run?.id ?? null,
      runName: run?.name ?? null,
      metrics: { test_accuracy: 0.9778 - index * 0.004, test_loss: 0.081 + index * 0.01 },
      description: version === 4 ? 'Wider hidden layer' : '',
      metadata: { 'lathe.dataset': 'digits', 'lathe.dataset_version': '2', producer_name: 'lathe 0.1.0' },
      createdAt: (run?.endedAt ?? 0) + 60_000,
    };
  });
}

export function fakeModel(versions: readonly ModelVersion[]): Model {
  const [latest] = versions;
  if (!latest) throw new Error('A model needs a version.');
  return {
    id: latest.modelId,
    projectId: fakeId(2, 1) as Model['projectId'],
    name: latest.modelName,
    versions: versions.length,
    latest,
    aliases: Object.fromEntries(
      versions.flatMap(({ aliases, version }) => aliases.map((alias) => [alias, version])),
    ),
    createdAt: latest.createdAt - 86_400_000,
    updatedAt: latest.createdAt,
  };
}

/** One endpoint that serves digits, one of a table's columns, one that failed to start. */
export function fakeEndpoints(versions: readonly ModelVersion[]): Endpoint[] {
  const [latest] = versions;
  if (!latest) throw new Error('An endpoint needs a model version.');
  const base = {
    projectId: fakeId(2, 1) as Endpoint['projectId'],
    modelVersionId: latest.id,
    baseUrl: 'http://127.0.0.1:4790',
    failure: null,
    createdAt: latest.createdAt,
    startedAt: latest.createdAt + 5000,
  };
  return [
    {
      ...base,
      id: fakeId(9, 1) as Endpoint['id'],
      name: 'digits',
      state: 'serving',
      modelName: 'digits',
      modelVersion: 4,
      modelAliases: ['champion'],
      signature: digitsSignature,
      task: 'classification',
      labels: digits,
      url: 'http://127.0.0.1:4790/v2/models/digits/infer',
    },
    {
      ...base,
      id: fakeId(9, 2) as Endpoint['id'],
      name: 'houses',
      state: 'serving',
      modelName: 'houses',
      modelVersion: 1,
      modelAliases: [],
      signature: housesSignature,
      task: 'regression',
      labels: null,
      url: 'http://127.0.0.1:4790/v2/models/houses/infer',
    },
    {
      ...base,
      id: fakeId(9, 3) as Endpoint['id'],
      name: 'letters',
      state: 'failed',
      modelName: 'letters',
      modelVersion: 2,
      modelAliases: [],
      signature: digitsSignature,
      task: 'classification',
      labels: digits,
      baseUrl: null,
      url: null,
      failure: {
        code: 'MODEL_INVALID',
        message: 'letters v2 cannot be loaded: the operator Einsum is not supported for type FP16.',
        data: { nextStep: 'Export the model with FP32 weights and register it again.', details: {} },
      },
    },
  ];
}

/** What an endpoint answers: the likelier classes depend on how much ink is where, so that drawing changes them. */
export function fakePrediction(endpoint: Endpoint, inputs: readonly Tensor[]): Tensor[] {
  if (endpoint.task === 'regression') {
    const area = Number(inputs.find(({ name }) => name === 'area_m2')?.data[0] ?? 0);
    return [{ name: 'price', datatype: 'FP32', shape: [1, 1], data: [area * 3412.7 + 41_000] }];
  }
  const pixels = inputs[0]?.data.map(Number) ?? [];
  const ink = pixels.reduce((sum, value) => sum + value, 0);
  const likely = Math.floor(ink / 37) % 10;
  const random = seeded(Math.round(ink) + 1);
  const scores = digits.map((_, index) => (index === likely ? 9 : random() * 3.2));
  const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
  return [
    {
      name: 'probabilities',
      datatype: 'FP32',
      shape: [1, 10],
      data: scores.map((score) => Math.exp(score) / total),
    },
    { name: 'label', datatype: 'INT64', shape: [1], data: [likely] },
  ];
}

export function fakeStats(at: number, tick: number): EndpointStats {
  const random = seeded(tick + 3);
  const request = (index: number, shape: number[], result: string, status = 200) => ({
    at: at - index * 1700,
    call: 'infer' as const,
    shape,
    status,
    result,
    durationMs: 1.1 + random() * 0.6,
  });
  return {
    requests: 28_410 + tick,
    failed: 3,
    p50Ms: 1.4 + random() * 0.2,
    p95Ms: 2.3 + random() * 0.4,
    p99Ms: 3.4 + random() * 1.6,
    perMinute: Array.from(
      { length: 60 },
      (_, index) => 180 + Math.round(Math.sin(index / 3) * 14 + seeded(index + 1)() * 40),
    ),
    workerMemoryBytes: 61 * 1024 * 1024,
    recent: [
      request(0, [1, 64], '3'),
      request(1, [1, 64], '8'),
      request(2, [16, 64], '16 rows'),
      request(3, [1, 63], '63 values, model needs 64', 400),
    ],
  };
}
