import type { z } from 'zod';
import type { RunId } from '../../contract/ids.ts';
import type { Recipe } from '../../contract/recipe.ts';
import type { Run, RunDetail } from '../../contract/runs.contract.ts';
import type { DoctorCheck } from '../../contract/system.contract.ts';
import type {
  Prediction,
  Template,
  TemplateParameter,
  trainRequest,
} from '../../contract/training.contract.ts';
import type { ParameterValue } from '../../contract/wire.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Telemetry } from '../../kernel/ports/telemetry.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import type { Datasets, Expectations, Splits } from '../datasets/index.ts';
import type { Projects } from '../projects/index.ts';
import type { Runs } from '../runs/index.ts';
import type { Targets } from '../targets/index.ts';
import { inputOf, inputsOf } from './data-inputs.ts';
import { givenParams, notRepeatable, requestOf } from './former-run.ts';
import { nativeSpec } from './native-run.ts';
import { nativeSplit } from './native-split.ts';
import { dataOf, nativeRecipe } from './native-wish.ts';
import type { Origin } from './origin.ts';
import { pinned } from './pinned.ts';
import { predict } from './prediction.ts';
import { checkRequest } from './preflight.ts';
import { declaredParameters } from './program-parameters.ts';
import { resolveRecipe } from './program-run.ts';
import { createProgramTemplates, describeTemplate } from './program-templates.ts';
import { recipeYaml } from './recipe-file.ts';
import { resolveParameters } from './resolve-parameters.ts';
import { startNative } from './start-native.ts';
import { startProgram } from './start-program.ts';
import { templates } from './templates.ts';
import { type Named, subjectOf } from './what-to-train.ts';
import { defaultTarget, withRequest } from './wished-recipe.ts';

type Params = Readonly<Record<string, ParameterValue>>;

export type TrainRequest = z.output<typeof trainRequest>;
/** What a caller inside the core has to say; the rest has defaults. */
export type TrainWish = Partial<TrainRequest>;

export interface Training {
  templates(): Promise<Template[]>;
  describe(named: Named): Promise<{
    recipe: Recipe;
    folder: string | null;
    parameters: TemplateParameter[];
    yaml: string;
  }>;
  preflight(request: TrainWish): Promise<{ ready: boolean; checks: DoctorCheck[] }>;
  prediction(id: RunId): Promise<Prediction>;
  start(request: TrainWish): Promise<Run>;
  /** The same code, data versions and parameters once more, some parameters or the target changed. */
  again(
    id: RunId,
    change: {
      readonly params: Params;
      readonly target?: string | undefined;
      readonly overrideChecks?: boolean;
    },
  ): Promise<Run>;
  /** Everything the same, down to the packages or the image. */
  reproduce(id: RunId): Promise<Run>;
  resume(id: RunId): Promise<Run>;
}

export interface TrainingParts {
  readonly projects: Projects;
  readonly datasets: Datasets;
  readonly expectations: Pick<Expectations, 'beforeTraining' | 'refuseTraining'>;
  readonly splits: Splits;
  readonly runs: Runs;
  readonly targets: Targets;
  readonly objects: ObjectStore;
  readonly telemetry: Telemetry;
  /** Folder of the workspace: its disk is the one that fills. */
  readonly workspace: string;
  readonly runFolder: (id: RunId) => string;
  readonly templatesFolder: string;
  readonly log: Logger;
  /** Words for people about this machine, captured with every run. */
  readonly describeMachine: () => Promise<Readonly<Record<string, string>>>;
  readonly threads: () => number;
  readonly latheVersion: string;
}

export function createTraining(parts: TrainingParts): Training {
  const { datasets, runs, projects } = parts;
  const programs = createProgramTemplates(parts.templatesFolder, parts.log);

  const subject = (named: Named) => subjectOf(named, templates, programs.all);

  async function start(request: TrainWish): Promise<Run> {
    const what = await subject(request);
    const origin = { parent: request.parent ?? null, reproduces: null, code: null };
    return what.kind === 'native'
      ? startNative(parts, what, request, origin)
      : startProgram(parts, what, request, origin);
  }

  async function repeat(
    run: RunDetail,
    change: TrainWish,
    recipe: Recipe | null,
    origin: Origin,
  ): Promise<Run> {
    const request = { ...requestOf(run, datasets), ...change };
    if (recipe?.command && run.code) {
      return startProgram(
        parts,
        { kind: 'program', recipe, folder: run.code.folder, label: run.template, only: null },
        { ...request, name: run.name },
        { ...origin, code: run.code },
      );
    }
    if (run.target !== 'native') throw notRepeatable(run);
    const what = await subject({ template: run.template });
    if (what.kind !== 'native') throw notRepeatable(run);
    const threads =
      origin.reproduces === null ? parts.threads() : Number(run.environment.threads ?? parts.threads());
    return startNative(parts, what, request, origin, threads);
  }

  return {
    templates: async () => [...templates, ...(await programs.all()).map(describeTemplate)],
    start,
    async describe(named) {
      const what = await subject(named);
      if (what.kind === 'native') {
        const recipe = what.recipe ?? nativeRecipe(what.template);
        return { recipe, folder: null, parameters: what.template.parameters, yaml: recipeYaml(recipe) };
      }
      return {
        recipe: what.recipe,
        folder: what.folder,
        parameters: declaredParameters(what.recipe),
        yaml: recipeYaml(what.recipe),
      };
    },
    async preflight(request) {
      const what = await subject(request);
      return checkRequest(parts, what, request, {
        recipe:
          what.kind === 'program'
            ? withRequest(await resolveRecipe(what.recipe, what.folder), request)
            : null,
        target:
          request.target ??
          what.recipe?.target ??
          (what.kind === 'native' ? 'native' : defaultTarget(what.recipe)),
        inputs:
          what.kind === 'program'
            ? () => inputsOf(parts, projects.resolve(request.project).id, what.recipe, request)
            : () => [inputOf(parts, projects.resolve(request.project).id, 'data', dataOf(what, request))],
      });
    },
    prediction: (id) => predict(parts, runs.detail(id)),
    again: (id, { params, target, overrideChecks }) => {
      const run = runs.detail(id);
      return repeat(
        run,
        {
          params: { ...givenParams(run), ...params },
          overrideChecks: overrideChecks === true,
          ...(target !== undefined && { target }),
        },
        run.recipe,
        {
          parent: id,
          reproduces: null,
          code: null,
        },
      );
    },
    reproduce: (id) => {
      const run = runs.detail(id);
      // What was trained once is repeated as it was, whatever is expected of the data by now.
      return repeat(run, { overrideChecks: true }, run.recipe && pinned(run.recipe, run.environment), {
        parent: id,
        reproduces: id,
        code: null,
      });
    },
    async resume(id) {
      const run = runs.detail(id);
      if (run.target !== 'native') return runs.requeue(id, {});
      const input = run.inputs[0];
      if (!input) throw notRepeatable(run);
      const version = datasets.versionById(input.datasetVersionId);
      const data = await datasets.forTraining(run.projectId, version.datasetId, version.version);
      const what = await subject({ template: run.template });
      if (what.kind !== 'native') throw notRepeatable(run);
      const split = await nativeSplit(parts, input);
      const { engine } = resolveParameters(what.template, run.params, data, split !== null);
      // The same number as before: another one could change the rounding, and with it the metrics.
      const threads = Number(run.environment.threads ?? parts.threads());
      const request = {
        template: what.template,
        data,
        input,
        split,
        params: run.params,
        threads,
        latheVersion: parts.latheVersion,
      };
      return runs.requeue(id, { 'spec.json': nativeSpec(id, request, engine, true) });
    },
  };
}
