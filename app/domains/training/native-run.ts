import { atOnce, type Scheduling, unlimited } from '../../contract/execution.ts';
import type { Run } from '../../contract/runs.contract.ts';
import type { Template } from '../../contract/training.contract.ts';
import type { ParameterValue } from '../../contract/wire.ts';
import type { TrainParams, TrainSpec } from '../../kernel/ports/training.ts';
import type { TrainingTable } from '../datasets/index.ts';
import { resolveParameters } from './resolve-parameters.ts';
import type { RunSubstance } from './run-substance.ts';

export interface NativeRun {
  readonly template: Template;
  readonly data: TrainingTable;
  readonly input: Run['inputs'][number];
  readonly split: TrainSpec['split'];
  readonly params: Readonly<Record<string, ParameterValue>>;
  readonly threads: number;
  readonly latheVersion: string;
  readonly scheduling?: Partial<Scheduling> | undefined;
}

/** The part of a run that the native engine decides; who asked for it, and what for, is for the caller to add. */
export function nativeRun(request: NativeRun): RunSubstance {
  const { template, data } = request;
  const { shown, engine } = resolveParameters(template, request.params, data, request.split !== null);
  return {
    name: defaultName(template.id, engine.hidden, engine.seed),
    template: template.id,
    target: 'native',
    params: shown,
    inputs: [request.input],
    recipe: null,
    code: null,
    resources: unlimited,
    scheduling: { ...atOnce, ...request.scheduling },
    files: ({ id }) => ({ 'spec.json': nativeSpec(id, request, engine, false) }),
  };
}

/** What the engine reads; see kernel/ports/training.ts. */
export function nativeSpec(
  run: string,
  { template, data, split, threads, latheVersion }: NativeRun,
  params: TrainParams,
  resume: boolean,
): TrainSpec {
  return {
    version: 1,
    runId: run,
    template: template.id as TrainSpec['template'],
    tablePath: data.tablePath,
    split,
    provenance: {
      dataset: data.datasetName,
      datasetVersion: data.version,
      datasetDigest: data.digest,
      latheVersion,
    },
    params,
    threads,
    resume,
  };
}

function defaultName(template: string, hidden: readonly number[], seed: number): string {
  const sizes = template === 'mlp' ? `-${hidden.join('-')}` : '';
  return `${template}${sizes}-s${seed}`;
}
