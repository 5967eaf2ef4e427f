import fs from 'node:fs';
import path from 'node:path';
import type { UsedSplit } from '../../contract/data-splits.ts';
import { atOnce, type CodeSnapshot, type RunResources, type Scheduling } from '../../contract/execution.ts';
import { durationMs, type Recipe, type RecipeData } from '../../contract/recipe.ts';
import type { Run } from '../../contract/runs.contract.ts';
import type { ParameterValue } from '../../contract/wire.ts';
import { AppError, fromSystemError } from '../../kernel/app-error.ts';
import type { LaunchSpec } from '../../kernel/ports/launch.ts';
import { inside } from '../../kernel/workspace-folders.ts';
import { fillCommand, splitWords } from './command-line.ts';
import { splitEntry } from './data-inputs.ts';
import { programParameters } from './program-parameters.ts';
import type { RunSubstance } from './run-substance.ts';

export interface ProgramRun {
  /** With everything resolved that is relative to its folder: see `resolveRecipe`. */
  readonly recipe: Recipe;
  readonly label: string;
  readonly target: string;
  readonly project: string;
  readonly experiment: string;
  readonly params: Readonly<Record<string, ParameterValue>>;
  readonly args: readonly string[];
  readonly inputs: Run['inputs'];
  /** Read-only folder of each input, by its name. */
  readonly inputPath: (input: Run['inputs'][number]) => string;
  /** Folder of a split that programs read. */
  readonly splitPath: (input: Run['inputs'][number], split: UsedSplit) => string;
  readonly code: CodeSnapshot;
  readonly scheduling: Partial<Scheduling> | undefined;
  readonly preflight: boolean;
}

/**
 * Replace what a recipe says by reference: its requirements file by the lines in it, paths of interpreters and archives by absolute ones.
 * What is left means the same wherever it is read.
 *
 * @param folder the absolute path that the recipe's paths are relative to
 */
export async function resolveRecipe(recipe: Recipe, folder: string): Promise<Recipe> {
  const { environment } = recipe;
  const { python, requirements, imageArchive } = environment;
  return {
    ...recipe,
    environment: {
      ...environment,
      ...(python?.includes('/') && { python: path.resolve(folder, expandHome(python)) }),
      ...(imageArchive !== undefined && { imageArchive: path.resolve(folder, expandHome(imageArchive)) }),
      ...(typeof requirements === 'string' && {
        requirements: await requirementLines(path.resolve(folder, requirements)),
      }),
    },
  };
}

/** The part of a run that its program decides; who asked for it, and what for, is for the caller to add. */
export function programRun(request: ProgramRun): RunSubstance {
  const { recipe, inputs } = request;
  const params = programParameters(recipe, request.params);
  const words = typeof recipe.command === 'string' ? splitWords(recipe.command) : recipe.command!;
  const command = [
    ...fillCommand(
      words,
      params,
      inputs.map(({ name }) => name),
    ),
    ...request.args,
  ];
  const resources = resourcesOf(recipe);
  const launch = (run: { readonly id: string; readonly name: string }): LaunchSpec => ({
    version: 1,
    runId: run.id,
    runName: run.name,
    project: request.project,
    experiment: request.experiment,
    command,
    params,
    variables: recipe.environment.variables,
    inputs: [
      ...inputs.map((input) => ({ name: input.name, path: request.inputPath(input) })),
      ...inputs.flatMap((input) =>
        input.split ? [{ name: splitEntry(input.name), path: request.splitPath(input, input.split) }] : [],
      ),
    ],
    environment: {
      python: recipe.environment.python ?? null,
      requirements: (recipe.environment.requirements as string[] | undefined) ?? null,
      systemPackages: recipe.environment.systemPackages,
      image: recipe.environment.image ?? null,
      dockerfile: recipe.environment.dockerfile ?? null,
      imageArchive: recipe.environment.imageArchive ?? null,
      network: recipe.environment.network,
    },
    resources,
    outputs: recipe.outputs,
    resume: false,
    preflight: request.preflight,
  });
  return {
    name: recipe.name ?? request.label,
    template: request.label,
    target: request.target,
    params,
    inputs,
    recipe: {
      ...recipe,
      target: request.target,
      params: withValues(recipe.params, params),
      data: Object.fromEntries(inputs.map((input) => [input.name, recipeDataOf(input)])),
    },
    code: request.code,
    resources,
    scheduling: { ...atOnce, retries: recipe.retries, ...request.scheduling },
    files: (run) => ({ 'launch.json': launch(run), 'params.json': params }),
  };
}

function recipeDataOf({ datasetName, version, split }: Run['inputs'][number]): RecipeData {
  const ref = `${datasetName}@${version}`;
  if (!split) return ref;
  return { ref, split: split.name, ...(split.fold !== undefined && { fold: split.fold }) };
}

/** The folder of a recipe's code. @throws AppError INVALID_INPUT for one that leads out of the recipe's folder */
export function codeFolder(recipe: Recipe, folder: string): string {
  const relative = path.normalize(recipe.code);
  return relative === '.' || relative === './' ? folder : inside(folder, relative.replace(/\/$/, ''));
}

function resourcesOf({ resources }: Recipe): RunResources {
  return {
    cpus: resources.cpus ?? null,
    memoryBytes: resources.memory ?? null,
    gpus: resources.gpus,
    shareGpus: resources.shareGpus,
    shmBytes: resources.shm ?? null,
    timeLimitMs: resources.time === undefined ? null : durationMs(resources.time),
  };
}

/** The declared parameters with the values of this run as their defaults; a recipe that declares none goes on taking any. */
function withValues(
  declared: Recipe['params'],
  values: Readonly<Record<string, ParameterValue>>,
): Recipe['params'] {
  return Object.fromEntries(
    Object.entries(declared).map(([key, known]) => {
      const value = values[key] ?? null;
      return [key, typeof known === 'object' ? { ...known, default: value } : (value ?? known)];
    }),
  );
}

async function requirementLines(file: string): Promise<string[]> {
  const text = await fs.promises.readFile(file, 'utf8').catch((error: unknown) => {
    throw fromSystemError(error, file);
  });
  const lines = text
    .replace(/\\\r?\n/g, ' ')
    .split(/\r?\n/)
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '');
  const nested = lines.find((line) => /^(-r|-c|--requirement|--constraint|-e|--editable)\b/.test(line));
  if (nested !== undefined) {
    throw new AppError('UNSUPPORTED', `${file} refers to another file: ${nested}`, {
      nextStep: 'Write one file with every requirement, for example with `pip freeze` or `uv pip compile`.',
      details: { path: file, line: nested },
    });
  }
  return lines;
}

function expandHome(file: string): string {
  return file.startsWith('~/') ? path.join(process.env.HOME ?? '/', file.slice(2)) : file;
}
