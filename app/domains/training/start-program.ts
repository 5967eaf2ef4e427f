import type { CodeSnapshot } from '../../contract/execution.ts';
import type { Run } from '../../contract/runs.contract.ts';
import { snapshotCode } from '../runs/index.ts';
import { inputsOf } from './data-inputs.ts';
import { refuseBadData } from './data-preflight.ts';
import { environmentOf } from './environment-of.ts';
import type { Origin } from './origin.ts';
import { refuseImpossible } from './preflight.ts';
import { codeFolder, programRun, resolveRecipe } from './program-run.ts';
import type { TrainingParts, TrainWish } from './training.service.ts';
import type { Subject } from './what-to-train.ts';
import { defaultTarget, experimentName, withRequest } from './wished-recipe.ts';

/** Start a program with the code that lies in its folder now, unless its origin names other code. */
export async function startProgram(
  parts: TrainingParts,
  what: Extract<Subject, { kind: 'program' }>,
  request: TrainWish,
  origin: Origin,
): Promise<Run> {
  const { projects, datasets, splits, runs } = parts;
  const project = projects.resolve(request.project);
  const recipe = withRequest(await resolveRecipe(what.recipe, what.folder), request);
  const target = request.target ?? recipe.target ?? defaultTarget(recipe);
  const inputs = inputsOf(parts, project.id, recipe, request);
  const experiment =
    request.experiment ?? recipe.experiment ?? inputs[0]?.datasetName ?? experimentName(what.label);
  await refuseImpossible(parts, recipe, target, inputs);
  const overridden = await refuseBadData(parts, inputs, request.overrideChecks === true);
  const run = (code: CodeSnapshot) =>
    programRun({
      recipe,
      label: what.label,
      target,
      project: project.name,
      experiment,
      params: request.params ?? {},
      args: request.args ?? [],
      inputs,
      inputPath: (input) => datasets.checkoutPath(datasets.versionById(input.datasetVersionId)),
      splitPath: (input, split) => splits.folderPath(input.datasetVersionId, split),
      code,
      scheduling: request.scheduling,
      preflight: request.preflight ?? false,
    });
  const taken = origin.code
    ? null
    : await snapshotCode({
        objects: parts.objects,
        folder: codeFolder(recipe, what.folder),
        ...(what.only && { only: what.only }),
      });
  const note = taken?.note ?? null;
  const made = run(toSnapshot(origin.code ?? taken!));
  return runs.create({
    ...made,
    ...(request.name !== undefined && { name: request.name }),
    projectId: project.id,
    experiment,
    tags: { ...recipe.tags, ...request.tags },
    environment: { ...(await environmentOf(parts)), ...(note && { 'code.note': note }), ...overridden },
    parentRunId: origin.parent,
    reproducesRunId: origin.reproduces,
    preflight: request.preflight ?? false,
  });
}

function toSnapshot(code: CodeSnapshot): CodeSnapshot {
  const { digest, files, sizeBytes, folder, git } = code;
  return { digest, files, sizeBytes, folder, git };
}
