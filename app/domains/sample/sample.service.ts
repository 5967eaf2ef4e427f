import { importResult } from '../../contract/datasets.contract.ts';
import type { Job } from '../../contract/jobs.contract.ts';
import { rowsToTensors } from '../../contract/row-tensors.ts';
import type { RunDetail } from '../../contract/runs.contract.ts';
import type { SampleResult, SampleStep } from '../../contract/sample.contract.ts';
import { fromWireNumber, toWireNumber } from '../../contract/wire.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Core } from '../../kernel/core.ts';
import type { JobContext } from '../../kernel/job-machine.ts';
import type { Datasets } from '../datasets/index.ts';
import type { Models } from '../models/index.ts';
import type { Runs } from '../runs/index.ts';
import type { Serving } from '../serving/index.ts';
import type { Training } from '../training/index.ts';
import { SampleSteps } from './sample-steps.ts';

const NAME = 'digits';
const ALIAS = 'champion';
const TARGET = 'label';
const SEED = 7;
const PREDICTIONS = 10;

export interface Sample {
  /** Begin, or return the job that is already doing it. */
  start(): Job;
  watch(signal: AbortSignal | undefined): AsyncGenerator<SampleStep[], void, void>;
}

export function createSample(
  core: Core,
  parts: {
    readonly datasets: Datasets;
    readonly runs: Runs;
    readonly training: Training;
    readonly models: Models;
    readonly serving: Serving;
    /** The shipped digits.csv. */
    readonly digitsPath: string;
  },
): Sample {
  const { datasets, runs, training, models, serving } = parts;
  const steps = new SampleSteps();
  let active: Job | null = null;

  /** Wait for a job of another domain as part of this one: its progress is ours, its failure and our cancel too. */
  async function follow(job: Job, step: SampleStep['id'], signal: AbortSignal): Promise<Job> {
    const cancel = () => core.jobs.cancel(job.id);
    signal.addEventListener('abort', cancel);
    if (signal.aborted) cancel();
    try {
      for await (const now of core.jobs.watch(job.id, undefined))
        steps.change(step, { progress: now.progress });
    } finally {
      signal.removeEventListener('abort', cancel);
    }
    const ended = core.jobs.get(job.id);
    signal.throwIfAborted();
    if (ended.state === 'finished') return ended;
    const { failure } = ended;
    throw failure
      ? new AppError(failure.code as AppError['code'], failure.message, failure.data)
      : new AppError('CONFLICT', `"${job.title}" was ${ended.state} before it finished.`, {
          nextStep: 'Start the sample again.',
          details: { job: job.id },
        });
  }

  async function train(
    template: string,
    step: SampleStep['id'],
    version: number,
    signal: AbortSignal,
  ): Promise<RunDetail> {
    steps.change(step, { state: 'running' });
    const run = await training.start({
      template,
      data: { dataset: NAME, version },
      params: { target: TARGET, seed: SEED },
      experiment: NAME,
      tags: { sample: 'true' },
    });
    steps.change(step, { href: `/runs/${run.id}` });
    await follow(core.jobs.get(run.jobId!), step, signal);
    const trained = runs.detail(run.id);
    steps.change(step, {
      state: 'done',
      progress: null,
      detail: `test accuracy ${accuracyOf(trained).toFixed(4)}`,
    });
    return trained;
  }

  async function work({ signal, progress }: JobContext): Promise<SampleResult> {
    const enter = (step: SampleStep['id'], index: number, message: string) => {
      signal.throwIfAborted();
      steps.change(step, { state: 'running' });
      progress({ fraction: index / 7, message });
    };

    enter('import', 0, 'importing the digits');
    const job = await datasets.import({
      name: NAME,
      source: { kind: 'paths', paths: [parts.digitsPath] },
      message: 'UCI handwritten digits, shipped with Lathe',
    });
    const { version, reused } = importResult.parse((await follow(job, 'import', signal)).result);
    steps.change('import', {
      state: 'done',
      progress: null,
      href: `/data/${NAME}`,
      detail: reused
        ? `unchanged: version ${version.version} is used again`
        : `version ${version.version}, ${version.rows} rows`,
    });

    enter('train-softmax', 1, 'training a softmax regression');
    const softmax = await train('softmax', 'train-softmax', version.version, signal);
    enter('train-mlp', 2, 'training a multilayer perceptron');
    const mlp = await train('mlp', 'train-mlp', version.version, signal);

    enter('compare', 3, 'comparing');
    const better = accuracyOf(mlp) >= accuracyOf(softmax) ? mlp : softmax;
    const ahead = Math.abs(accuracyOf(mlp) - accuracyOf(softmax));
    steps.change('compare', {
      state: 'done',
      href: `/compare?runs=${softmax.id},${mlp.id}`,
      detail: ahead === 0 ? 'equally good' : `${better.name} is ahead by ${(ahead * 100).toFixed(2)} points`,
    });

    enter('register', 4, 'registering the better model');
    const model = await models.register({
      name: NAME,
      source: { kind: 'run', run: better.id },
      alias: ALIAS,
      description: '',
    });
    steps.change('register', {
      state: 'done',
      href: `/models/${NAME}`,
      detail: `${NAME} version ${model.version}, @${ALIAS}`,
    });

    enter('serve', 5, 'starting the endpoint');
    const endpoint = await serving.start({ model: `${NAME}@${ALIAS}`, name: NAME });
    steps.change('serve', { state: 'done', href: `/endpoints/${NAME}`, detail: endpoint.url ?? '' });

    enter('predict', 6, 'predicting held-out images');
    const predictions = await predictHeldOut(better, version.version);
    const right = predictions.filter(({ predicted, actual }) => predicted === actual).length;
    steps.change('predict', {
      state: 'done',
      href: `/endpoints/${NAME}`,
      detail: `${right} of ${predictions.length} right`,
    });

    return {
      dataset: {
        name: NAME,
        version: version.version,
        rows: version.rows ?? 0,
        digest: version.digest,
        reused,
      },
      runs: [softmax, mlp].map((run) => ({
        id: run.id,
        template: run.template,
        testAccuracy: toWireNumber(accuracyOf(run)),
        steps: run.metricSummaries.train_loss?.lastStep ?? 0,
        durationMs: run.durationMs ?? 0,
      })),
      model: { name: NAME, version: model.version, alias: ALIAS },
      endpoint: { url: endpoint.url! },
      predictions,
    };
  }

  /** Rows of the test split, which the run never trained on, through the endpoint over HTTP. */
  async function predictHeldOut(run: RunDetail, version: number): Promise<SampleResult['predictions']> {
    const split = run.artifacts.find(({ path }) => path === 'split.json');
    if (!split)
      throw new AppError('NOT_FOUND', `The run ${run.name} recorded no split.`, { details: { run: run.id } });
    const text = new TextDecoder().decode(await runs.artifactBytes(split.id, 0, split.sizeBytes));
    const indices: number[] = JSON.parse(text).test.slice(0, PREDICTIONS);
    const table = datasets.resolve(undefined, NAME, version);
    const { signature } = serving.get(undefined, NAME);
    const predictions: SampleResult['predictions'] = [];
    for (const index of indices) {
      const { columns, rows } = await datasets.preview(table, index, 1);
      const row = Object.fromEntries(columns.map(({ name }, column) => [name, rows[0]![column]]));
      const { outputs } = await serving.predict({ endpoint: NAME, inputs: rowsToTensors(signature, [row]) });
      const label = outputs.find(({ name }) => name === 'label');
      predictions.push({ predicted: String(label?.data[0]), actual: String(row[TARGET]) });
    }
    return predictions;
  }

  return {
    start() {
      if (active && core.jobs.get(active.id).endedAt === null) return core.jobs.get(active.id);
      steps.reset();
      active = core.jobs.start({ kind: 'sample', title: 'Try with sample data' }, async (context) => {
        try {
          return await work(context);
        } catch (error) {
          steps.fail(
            context.signal.aborted ? 'cancelled' : error instanceof Error ? error.message : String(error),
          );
          throw error;
        }
      });
      return active;
    },
    watch: (signal) => steps.watch(signal),
  };
}

function accuracyOf(run: RunDetail): number {
  return fromWireNumber(run.metrics.test_accuracy ?? 'NaN');
}
