import type { SplitChoice, UsedSplit } from '../../contract/data-splits.ts';
import type { RunDetail } from '../../contract/runs.contract.ts';
import type { ParameterValue } from '../../contract/wire.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Datasets } from '../datasets/index.ts';
import type { TrainWish } from './training.service.ts';

/** A former run as a request that makes the same run again. */
export function requestOf(run: RunDetail, datasets: Pick<Datasets, 'versionById'>): TrainWish {
  return {
    project: run.projectId,
    params: givenParams(run),
    experiment: run.experimentName,
    tags: run.tags,
    inputs: Object.fromEntries(
      run.inputs.map((input) => [
        input.name,
        {
          dataset: datasets.versionById(input.datasetVersionId).datasetId,
          version: input.version,
          ...(input.split && { split: choiceOf(input.split) }),
        },
      ]),
    ),
  };
}

const choiceOf = ({ name, fold }: UsedSplit): SplitChoice => ({ name, ...(fold !== undefined && { fold }) });

/** What a run was given; its program may have recorded more, which its recipe does not take. */
export function givenParams({ recipe, params }: RunDetail): Readonly<Record<string, ParameterValue>> {
  const declared = recipe?.command === undefined ? {} : recipe.params;
  if (Object.keys(declared).length === 0) return params;
  return Object.fromEntries(Object.entries(params).filter(([key]) => key in declared));
}

export function notRepeatable(run: RunDetail): AppError {
  return new AppError('CONFLICT', `The run ${run.name} cannot be repeated: what it ran is not known here.`, {
    nextStep: 'Only runs that Lathe started can be repeated.',
    details: { run: run.id },
  });
}
