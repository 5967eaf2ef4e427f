import type { Run } from '../../contract/runs.contract.ts';
import { AppError } from '../../kernel/app-error.ts';
import { inputOf } from './data-inputs.ts';
import { refuseBadData } from './data-preflight.ts';
import { environmentOf } from './environment-of.ts';
import { nativeRun } from './native-run.ts';
import { nativeSplit } from './native-split.ts';
import { dataOf, plainParams } from './native-wish.ts';
import type { Origin } from './origin.ts';
import type { TrainingParts, TrainWish } from './training.service.ts';
import type { Subject } from './what-to-train.ts';

/** Start training by Lathe itself. @param threads a reproduced run takes as many as the one before: another number could change the rounding */
export async function startNative(
  parts: TrainingParts,
  what: Extract<Subject, { kind: 'native' }>,
  request: TrainWish,
  origin: Omit<Origin, 'code'>,
  threads = parts.threads(),
): Promise<Run> {
  const { projects, datasets, runs } = parts;
  const project = projects.resolve(request.project);
  const reference = dataOf(what, request);
  const target = request.target ?? what.recipe?.target ?? 'native';
  if (target !== 'native') {
    throw new AppError(
      'UNSUPPORTED',
      `The template ${what.template.id} is trained by Lathe itself, not on ${target}.`,
      {
        nextStep: 'Leave out the target, or choose a template that is a program.',
        details: { template: what.template.id, target },
      },
    );
  }
  const input = inputOf(parts, project.id, 'data', reference);
  const overridden = await refuseBadData(parts, [input], request.overrideChecks === true);
  const data = await datasets.forTraining(project.id, reference.dataset, input.version);
  const made = nativeRun({
    template: what.template,
    data,
    input,
    split: await nativeSplit(parts, input),
    params: { ...plainParams(what.recipe), ...request.params },
    threads,
    latheVersion: parts.latheVersion,
    scheduling: request.scheduling,
  });
  return runs.create({
    ...made,
    name: request.name ?? what.recipe?.name ?? made.name,
    projectId: project.id,
    experiment: request.experiment ?? what.recipe?.experiment ?? data.datasetName,
    tags: { ...what.recipe?.tags, ...request.tags },
    environment: { ...(await environmentOf(parts)), threads: String(threads), ...overridden },
    parentRunId: origin.parent,
    reproducesRunId: origin.reproduces,
    preflight: false,
  });
}
