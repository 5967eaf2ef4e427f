import type { Run, RunDetail, Series } from '../../app/contract/runs.contract.ts';

/** A generator of the same numbers each time (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function fakeId(kind: number, index: number): string {
  return `0193${kind.toString(16).padStart(4, '0')}70008000${index.toString(16).padStart(16, '0')}`;
}

const fakeDigest = '9f2c41d8e07a5b3c6d1e8f90a7b4c2d59f2c41d8e07a5b3c6d1e8f90a7b4c2d5';
const start = Date.UTC(2026, 10, 21, 9, 30);

/** Invented runs that agree with each other: widths, seeds, accuracies, one running, one queued, some failed. */
export function fakeRuns(count: number): Run[] {
  const widths = ['64', '128', '256', '256,128'];
  return Array.from({ length: count }, (_, index): Run => {
    const random = seeded(index + 1);
    const softmax = index % 6 === 5;
    const hidden = widths[Math.floor(index / 5) % widths.length] ?? '128';
    const seed = (index % 5) + 1;
    const status =
      index === 0
        ? 'running'
        : index === 1
          ? 'queued'
          : index % 17 === 8
            ? 'failed'
            : index % 23 === 12
              ? 'cancelled'
              : 'finished';
    const ended = status !== 'running' && status !== 'queued';
    const accuracy = (softmax ? 0.955 : 0.966 + 0.003 * (Math.floor(index / 5) % 4)) + random() * 0.006;
    const loss = (1 - accuracy) * 3.1;
    const finished = status === 'finished';
    const startedAt = start - index * 7 * 60_000;
    const durationMs = Math.round((softmax ? 2100 : 5200) + random() * 3000 + index * 3);
    const template = softmax ? 'softmax' : 'mlp';
    return {
      id: fakeId(1, index) as Run['id'],
      projectId: fakeId(2, 1) as Run['projectId'],
      experimentId: fakeId(3, softmax ? 1 : 2) as Run['experimentId'],
      experimentName: softmax ? 'softmax-baseline' : 'mlp-width',
      name: softmax ? `softmax-s${seed}` : `mlp-${hidden.replace(',', 'x')}-s${seed}`,
      color: (index % 12) + 1,
      status,
      template,
      target: 'native',
      params: {
        target: 'label',
        ...(softmax ? {} : { hidden, dropout: index % 3 === 0 ? 0.2 : 0 }),
        seed,
        learning_rate: index % 4 === 0 ? 0.0003 : 0.001,
        batch_size: 64,
        epochs: 60,
      },
      metrics: {
        ...(status === 'queued'
          ? {}
          : { train_loss: loss * 0.4, val_loss: loss, val_accuracy: accuracy - 0.002 }),
        ...(finished ? { test_accuracy: accuracy, test_loss: loss * 1.02 } : {}),
      },
      tags: index % 9 === 2 ? { purpose: 'width study' } : {},
      inputs: [
        {
          name: 'data',
          datasetVersionId: fakeId(5, 1) as Run['inputs'][number]['datasetVersionId'],
          datasetName: 'digits',
          version: index > 25 ? 1 : 2,
          digest: fakeDigest as Run['inputs'][number]['digest'],
        },
      ],
      progress: {
        fraction: status === 'running' ? 0.613 : ended ? 1 : 0,
        message: status === 'running' ? 'epoch 37 of 60' : status === 'queued' ? 'after mlp-64-s1' : status,
        rate: status === 'running' ? '7,120 rows/s' : null,
        remainingMs: status === 'running' ? 22_000 : null,
      },
      failure:
        status === 'failed'
          ? {
              code: 'TRAINING_IMPOSSIBLE',
              message: 'The loss became NaN at step 412 with learning_rate 0.3',
              data: {
                nextStep: 'Lower learning_rate to 0.03 or less and run it again.',
                details: { step: 412 },
              },
            }
          : null,
      resumable: status === 'failed' || status === 'cancelled',
      jobId: fakeId(4, index) as NonNullable<Run['jobId']>,
      parentRunId: null,
      reproducesRunId: null,
      resources: {
        cpus: null,
        memoryBytes: null,
        gpus: 0,
        shareGpus: false,
        shmBytes: null,
        timeLimitMs: null,
      },
      scheduling: { priority: 0, notBefore: null, after: [], retries: 0, held: false },
      waitingFor: status === 'queued' ? 'a free slot' : null,
      attempt: 1,
      gpus: [],
      checks: [],
      preflight: false,
      energy: null,
      createdAt: startedAt - 2000,
      startedAt: status === 'queued' ? null : startedAt,
      endedAt: ended ? startedAt + durationMs : null,
      durationMs: status === 'queued' ? null : durationMs,
    };
  });
}

/** A run with everything that was captured of it: nothing beyond what its row says. */
export function fakeDetail(run: Run): RunDetail {
  return {
    ...run,
    metricSummaries: {},
    systemMetrics: {},
    environment: {},
    summary: {},
    recipe: null,
    code: null,
    artifacts: [],
    models: [],
  };
}

/** Curves of a run that fit its last metrics; a running one has those of its share of the steps. */
export function fakeSeries(run: Run, keys: readonly string[] | undefined, maxPoints: number): Series[] {
  const done =
    run.status === 'queued' ? 0 : (run.progress.fraction ?? 1) * (run.status === 'failed' ? 0.2 : 1);
  const all = ['train_loss', 'val_loss', 'train_accuracy', 'val_accuracy', 'gradient_norm', 'learning_rate'];
  return all
    .filter((key) => keys === undefined || keys.includes(key))
    .flatMap((key, place): Series[] => {
      const perStep = !key.startsWith('val_');
      const total = perStep ? 1380 : 60;
      const count = Math.floor(total * done);
      if (count === 0) return [];
      const every = Math.max(1, Math.ceil(count / maxPoints));
      const random = seeded(run.color * 31 + place);
      const steps: number[] = [];
      const mean: number[] = [];
      const min: number[] = [];
      const max: number[] = [];
      for (let index = 0; index < count; index += every) {
        const at = (index + 1) / total;
        const value = fakeCurve(key, at, run, random);
        steps.push(Math.round(at * 1380));
        mean.push(value);
        min.push(every > 1 ? value * 0.93 : value);
        max.push(every > 1 ? value * 1.07 : value);
      }
      return [
        {
          runId: run.id,
          key,
          points: count,
          downsampled: every > 1,
          steps,
          timesMs: steps.map((step) => (run.startedAt ?? start) + step * 5),
          mean,
          min,
          max,
        },
      ];
    });
}

function fakeCurve(key: string, at: number, run: Run, random: () => number): number {
  const final = Number(run.metrics.val_loss ?? 0.1);
  const decay = Math.exp(-at * 9);
  const noise = (random() - 0.5) * 2;
  switch (key) {
    case 'train_loss':
      return (final * 0.4 + 2.2 * decay) * (1 + noise * 0.18);
    case 'val_loss':
      return (final + 2.1 * decay) * (1 + noise * 0.03);
    case 'train_accuracy':
      return Math.min(1, 0.995 - 0.85 * decay + noise * 0.012);
    case 'val_accuracy':
      return 1 - final / 3.1 - 0.84 * decay + noise * 0.003;
    case 'gradient_norm':
      return (0.3 + 2.6 * decay) * (1 + noise * 0.3);
    default:
      return 0.001 * (0.5 + 0.5 * Math.cos(Math.PI * at));
  }
}
