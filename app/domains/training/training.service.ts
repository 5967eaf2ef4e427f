import type { z } from 'zod';
import type { SplitChoice, UsedSplit } from '../../contract/data-splits.ts';
import type { CodeSnapshot } from '../../contract/execution.ts';
import type { RunId } from '../../contract/ids.ts';
import { type Recipe, recipeDataParts } from '../../contract/recipe.ts';
import type { Run, RunDetail } from '../../contract/runs.contract.ts';
import type { DoctorCheck } from '../../contract/system.contract.ts';
import type {
  Prediction,
  Template,
  TemplateParameter,
  trainRequest,
} from '../../contract/training.contract.ts';
import { splitDataRef } from '../../contract/version-name.ts';
import type { ParameterValue } from '../../contract/wire.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Telemetry } from '../../kernel/ports/telemetry.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import type { Datasets, Expectations, Splits } from '../datasets/index.ts';
import type { Projects } from '../projects/index.ts';
import { type Runs, snapshotCode } from '../runs/index.ts';
import type { Targets } from '../targets/index.ts';
import { inputOf, type NamedData, namedData } from './data-inputs.ts';
import { refuseBadData } from './data-preflight.ts';
import { nativeRun, nativeSpec } from './native-run.ts';
import { nativeSplit } from './native-split.ts';
import { pinned } from './pinned.ts';
import { predict } from './prediction.ts';
import { checkRequest, refuseImpossible } from './preflight.ts';
import { declaredParameters } from './program-parameters.ts';
import { codeFolder, programRun, resolveRecipe } from './program-run.ts';
import { createProgramTemplates, describeTemplate } from './program-templates.ts';
import { recipeYaml } from './recipe-file.ts';
import { resolveParameters } from './resolve-parameters.ts';
import { templates } from './templates.ts';
import { type Named, type Subject, subjectOf } from './what-to-train.ts';

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
  const { datasets, runs, projects, splits } = parts;
  const programs = createProgramTemplates(parts.templatesFolder, parts.log);

  const subject = (named: Named) => subjectOf(named, templates, programs.all);

  const environment = async () => ({ ...(await parts.describeMachine()), lathe: parts.latheVersion });

  /** The data that a program reads, by its names. */
  function inputsOf(project: string, recipe: Recipe, request: TrainWish): Run['inputs'] {
    return [...namedData(recipe, request)].map(([name, data]) => inputOf(parts, project, name, data));
  }

  interface Origin {
    readonly parent: RunId | null;
    readonly reproduces: RunId | null;
    /** Code to run instead of what lies in the folder now. */
    readonly code: CodeSnapshot | null;
  }

  async function startProgram(
    what: Extract<Subject, { kind: 'program' }>,
    request: TrainWish,
    origin: Origin,
  ): Promise<Run> {
    const project = projects.resolve(request.project);
    const recipe = withRequest(await resolveRecipe(what.recipe, what.folder), request);
    const target = request.target ?? recipe.target ?? defaultTarget(recipe);
    const inputs = inputsOf(project.id, recipe, request);
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
      environment: { ...(await environment()), ...(note && { 'code.note': note }), ...overridden },
      parentRunId: origin.parent,
      reproducesRunId: origin.reproduces,
      preflight: request.preflight ?? false,
    });
  }

  async function startNative(
    what: Extract<Subject, { kind: 'native' }>,
    request: TrainWish,
    origin: Omit<Origin, 'code'>,
    threads = parts.threads(),
  ): Promise<Run> {
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
      environment: { ...(await environment()), threads: String(threads), ...overridden },
      parentRunId: origin.parent,
      reproducesRunId: origin.reproduces,
      preflight: false,
    });
  }

  async function start(request: TrainWish): Promise<Run> {
    const what = await subject(request);
    const origin = { parent: request.parent ?? null, reproduces: null, code: null };
    return what.kind === 'native' ? startNative(what, request, origin) : startProgram(what, request, origin);
  }

  /** A former run as a request that makes the same run again. */
  function requestOf(run: RunDetail): TrainWish {
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

  async function repeat(
    run: RunDetail,
    change: TrainWish,
    recipe: Recipe | null,
    origin: Origin,
  ): Promise<Run> {
    const request = { ...requestOf(run), ...change };
    if (recipe?.command && run.code) {
      return startProgram(
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
    return startNative(what, request, origin, threads);
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
            ? () => inputsOf(projects.resolve(request.project).id, what.recipe, request)
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
      const { engine } = resolveParameters(what.template, run.params, data.columns, split !== null);
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

const choiceOf = ({ name, fold }: UsedSplit): SplitChoice => ({ name, ...(fold !== undefined && { fold }) });

/** A recipe with the request's environment and resources on top. */
function withRequest(recipe: Recipe, { environment, resources }: TrainWish): Recipe {
  const stated = <T extends object>(change: T | undefined) =>
    Object.fromEntries(Object.entries(change ?? {}).filter(([, value]) => value !== undefined));
  return {
    ...recipe,
    environment: { ...recipe.environment, ...stated(environment) },
    resources: { ...recipe.resources, ...stated(resources) },
  };
}

function defaultTarget({ environment }: Recipe): string {
  const contained = environment.image !== undefined || environment.dockerfile !== undefined;
  const local = environment.python !== undefined || environment.requirements !== undefined;
  return contained && !local ? 'docker' : 'process';
}

function dataOf(what: Extract<Subject, { kind: 'native' }>, request: TrainWish): NamedData {
  const [given] = Object.values(request.inputs ?? {});
  const named = request.data ?? given;
  const [data] = Object.values(what.recipe?.data ?? {});
  const { reference, split } = recipeDataParts(data ?? null);
  if (!named && reference === null) {
    throw new AppError('INVALID_INPUT', `${what.template.title} needs data to train on.`, {
      nextStep: 'Name a data set: --data NAME or --data NAME@VERSION; `lathe data list` shows what there is.',
      details: { template: what.template.id },
    });
  }
  return { ...(named ?? splitDataRef(reference!)), split: named?.split ?? split ?? undefined };
}

/** What a run was given; its program may have recorded more, which its recipe does not take. */
function givenParams({ recipe, params }: RunDetail): Params {
  const declared = recipe?.command === undefined ? {} : recipe.params;
  if (Object.keys(declared).length === 0) return params;
  return Object.fromEntries(Object.entries(params).filter(([key]) => key in declared));
}

/** The values in a recipe of a native template; what they may be the template says. */
function plainParams(recipe: Recipe | null): Params {
  return Object.fromEntries(
    Object.entries(recipe?.params ?? {}).flatMap(([key, value]) => {
      const plain = typeof value === 'object' ? value.default : value;
      return plain === null ? [] : [[key, plain]];
    }),
  );
}

function nativeRecipe(template: Template): Recipe {
  return {
    lathe: 1,
    template: template.id,
    code: '.',
    environment: { systemPackages: false, network: false, variables: {} },
    data: { data: null },
    params: {},
    resources: { gpus: 0, shareGpus: false },
    outputs: [],
    checks: [],
    retries: 0,
    tags: {},
  };
}

function toSnapshot(code: CodeSnapshot): CodeSnapshot {
  const { digest, files, sizeBytes, folder, git } = code;
  return { digest, files, sizeBytes, folder, git };
}

function experimentName(label: string): string {
  return (
    label
      .replace(/\.[a-z]+$/i, '')
      .replace(/[^\p{L}\p{N} ._-]+/gu, '-')
      .replace(/^[^\p{L}\p{N}]+/u, '') || 'programs'
  );
}

function notRepeatable(run: RunDetail): AppError {
  return new AppError('CONFLICT', `The run ${run.name} cannot be repeated: what it ran is not known here.`, {
    nextStep: 'Only runs that Lathe started can be repeated.',
    details: { run: run.id },
  });
}
