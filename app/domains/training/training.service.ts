import type { DatasetVersion } from '../../contract/datasets.contract.ts';
import type { RunId } from '../../contract/ids.ts';
import type { Run, RunDetail } from '../../contract/runs.contract.ts';
import type { Template } from '../../contract/training.contract.ts';
import type { ParameterValue } from '../../contract/wire.ts';
import { AppError } from '../../kernel/app-error.ts';
import { nearest } from '../../kernel/nearest.ts';
import type { TrainParams, TrainSpec } from '../../kernel/ports/training.ts';
import type { Datasets, TrainingTable } from '../datasets/index.ts';
import type { Projects } from '../projects/index.ts';
import type { Runs } from '../runs/index.ts';
import { resolveParameters } from './resolve-parameters.ts';
import { templates } from './templates.ts';

type Params = Readonly<Record<string, ParameterValue>>;

export interface TrainRequest {
  readonly project?: string;
  readonly template: string;
  readonly data: { readonly dataset: string; readonly version?: number };
  readonly params: Params;
  readonly experiment?: string;
  readonly name?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly parent?: RunId;
}

export interface Training {
  templates(): readonly Template[];
  start(request: TrainRequest): Promise<Run>;
  /** The same data version and parameters once more, some of them changed. */
  again(id: RunId, params: Params): Promise<Run>;
  resume(id: RunId): Promise<Run>;
}

export function createTraining(parts: {
  readonly projects: Projects;
  readonly datasets: Datasets;
  readonly runs: Runs;
  /** Words for people about this machine, captured with every run. */
  readonly describeMachine: () => Promise<Readonly<Record<string, string>>>;
  readonly threads: () => number;
  readonly latheVersion: string;
}): Training {
  const { datasets, runs } = parts;

  function templateOf(id: string): Template {
    const found = templates.find((template) => template.id === id);
    if (found) return found;
    const ids = templates.map((template) => template.id);
    const near = nearest(id, ids);
    throw new AppError('NOT_FOUND', `There is no template "${id}".`, {
      nextStep: `${near ? `Did you mean ${near}? ` : ''}Templates: ${ids.join(', ')}.`,
      details: { template: id },
    });
  }

  function specOf(
    run: string,
    template: string,
    data: TrainingTable,
    params: TrainParams,
    how: { readonly threads: number; readonly resume: boolean },
  ): TrainSpec {
    return {
      version: 1,
      runId: run,
      template: template as TrainSpec['template'],
      tablePath: data.tablePath,
      provenance: {
        dataset: data.datasetName,
        datasetVersion: data.version,
        datasetDigest: data.digest,
        latheVersion: parts.latheVersion,
      },
      params,
      ...how,
    };
  }

  async function start(request: TrainRequest): Promise<Run> {
    const template = templateOf(request.template);
    const project = parts.projects.resolve(request.project);
    const data = await datasets.forTraining(project.id, request.data.dataset, request.data.version);
    const { shown, engine } = resolveParameters(template, request.params, data.columns);
    const threads = parts.threads();
    return runs.create({
      projectId: project.id,
      experiment: request.experiment ?? data.datasetName,
      name: request.name ?? defaultName(template.id, engine.hidden, engine.seed),
      template: template.id,
      target: 'native',
      params: shown,
      tags: request.tags,
      inputs: [
        {
          datasetVersionId: data.versionId,
          datasetName: data.datasetName,
          version: data.version,
          digest: data.digest,
        },
      ],
      environment: {
        ...(await parts.describeMachine()),
        lathe: parts.latheVersion,
        threads: String(threads),
      },
      parentRunId: request.parent ?? null,
      files: (id) => ({ 'spec.json': specOf(id, template.id, data, engine, { threads, resume: false }) }),
    });
  }

  /** The data set version that a run was trained on. */
  function versionOf(run: RunDetail): DatasetVersion {
    const input = run.inputs[0];
    if (input) return datasets.versionById(input.datasetVersionId);
    throw new AppError(
      'CONFLICT',
      `The run ${run.name} read no data set, so there is nothing to train it on.`,
      {
        details: { run: run.id },
      },
    );
  }

  return {
    templates: () => templates,
    start,
    async again(id, params) {
      const run = runs.detail(id);
      const version = versionOf(run);
      return start({
        project: run.projectId,
        template: run.template,
        data: { dataset: version.datasetId, version: version.version },
        params: { ...run.params, ...params },
        experiment: run.experimentName,
        tags: run.tags,
        parent: id,
      });
    },
    async resume(id) {
      const run = runs.detail(id);
      const version = versionOf(run);
      const data = await datasets.forTraining(run.projectId, version.datasetId, version.version);
      const { engine } = resolveParameters(templateOf(run.template), run.params, data.columns);
      // The same number as before: another one could change the rounding, and with it the metrics.
      const threads = Number(run.environment.threads ?? parts.threads());
      const spec = specOf(id, run.template, data, engine, { threads, resume: true });
      return runs.requeue(id, { 'spec.json': spec });
    },
  };
}

function defaultName(template: string, hidden: readonly number[], seed: number): string {
  const sizes = template === 'mlp' ? `-${hidden.join('-')}` : '';
  return `${template}${sizes}-s${seed}`;
}
