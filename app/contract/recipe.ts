import { z } from 'zod';
import { type SplitChoice, splitChoice } from './data-splits.ts';
import { nameOrId, objectName } from './ids.ts';
import { parameterValue } from './wire.ts';

/** `8GiB`, `512 MiB`, `2e9` or a number of bytes. */
export const byteSize = z
  .union([z.number().int().positive(), z.string().regex(/^\s*\d+(\.\d+)?\s*([kKMGT]i?B?|B)?\s*$/)])
  .transform((value) => (typeof value === 'number' ? value : parseBytes(value)));

/** `90`, seconds, or `1h30m`, `45 min`, `2d`; `durationMs` says how long that is. */
export const duration = z.union([
  z.number().positive(),
  z.string().regex(/^\s*(\d+(\.\d+)?\s*(d|h|min|m|s)\s*)+$/, 'a duration is seconds, or for example 1h30m'),
]);

/** @param value as `duration` has it */
export function durationMs(value: z.infer<typeof duration>): number {
  if (typeof value === 'number') return Math.round(value * 1000);
  let ms = 0;
  for (const [, amount, unit] of value.matchAll(/([\d.]+)\s*(d|h|min|m|s)/g))
    ms += Number(amount) * MS[unit!]!;
  return Math.round(ms);
}

/** A parameter as a recipe declares it: a plain default, or one with what a form needs to ask for it. */
export const recipeParameter = z.union([
  parameterValue,
  z.strictObject({
    default: parameterValue.nullable().default(null),
    type: z.enum(['integer', 'number', 'text', 'boolean', 'choice']).optional(),
    choices: z.array(z.string()).optional(),
    min: z.number().optional(),
    max: z.number().optional(),
    help: z.string().default(''),
    advanced: z.boolean().default(false),
  }),
]);
export type RecipeParameter = z.infer<typeof recipeParameter>;

const environmentFields = {
  /** A version (`3.11`), a path of an interpreter or an environment's folder, or `conda:NAME`; else the machine's own. */
  python: z.string().min(1).optional(),
  /** A requirements or lock file beside the recipe, or the packages themselves. */
  requirements: z.union([z.string().min(1), z.array(z.string().min(1))]).optional(),
  /** Whether the environment made for the requirements also sees the interpreter's own packages. */
  systemPackages: z.boolean(),
  image: z.string().min(1).optional(),
  /** Path of a Dockerfile inside the code folder. */
  dockerfile: z.string().min(1).optional(),
  /** An image archive beside the recipe, made by `docker save`, for machines without a network. */
  imageArchive: z.string().min(1).optional(),
  /** Whether a container may reach the network. */
  network: z.boolean(),
  variables: z.record(z.string().regex(/^(?!LATHE_)[A-Za-z_][A-Za-z0-9_]*$/), z.string()),
};

export const recipeEnvironment = z.strictObject({
  ...environmentFields,
  systemPackages: environmentFields.systemPackages.default(false),
  network: environmentFields.network.default(false),
  variables: environmentFields.variables.default({}),
});

/** What a request puts in place of a recipe's environment; what is not said stays. */
export const environmentChange = z.strictObject(environmentFields).partial();

const resourceFields = {
  cpus: z.number().positive().optional(),
  memory: byteSize.optional(),
  gpus: z.number().int().min(0).max(64),
  /** Whether other runs that say the same may use the same GPUs meanwhile. */
  shareGpus: z.boolean(),
  /** Size of /dev/shm in a container. */
  shm: byteSize.optional(),
  time: duration.optional(),
};

export const recipeResources = z.strictObject({
  ...resourceFields,
  gpus: resourceFields.gpus.default(0),
  shareGpus: resourceFields.shareGpus.default(false),
});

/** What a request puts in place of a recipe's resources; what is not said stays. */
export const resourcesChange = z.strictObject(resourceFields).partial();

/** A data set as a recipe names it: `NAME` or `NAME@VERSION`, null where it is to be given, with a split of it in the long form. */
const recipeData = z.union([
  nameOrId.nullable(),
  z.strictObject({
    ref: nameOrId.nullable().default(null),
    split: splitChoice.shape.name,
    fold: splitChoice.shape.fold,
  }),
]);
export type RecipeData = z.output<typeof recipeData>;

export function recipeDataParts(data: RecipeData): {
  readonly reference: string | null;
  readonly split: SplitChoice | null;
} {
  if (data === null || typeof data === 'string') return { reference: data, split: null };
  const { ref, split, fold } = data;
  return { reference: ref, split: { name: split, ...(fold !== undefined && { fold }) } };
}

/** `val_accuracy >= 0.9`: a metric's last value against a number, or `min(loss) < 0.2`, `max(…)`. */
export const recipeCheck = z
  .string()
  .regex(
    /^\s*((min|max|last)\(\s*[^()]+?\s*\)|[^<>=!()\s]+)\s*(<=|>=|<|>|==|!=)\s*[-+]?[\d.]+(e[-+]?\d+)?\s*$/i,
    'a check is a metric, a comparison and a number, for example val_accuracy >= 0.9',
  );

/**
 * What to run, as a small YAML file or as the Train dialog makes it. One recipe serves every target: a command runs as a local
 * process or in a container, a template of the native engine runs in Lathe itself.
 */
export const recipe = z
  .strictObject({
    /** Version of the format. */
    lathe: z.literal(1).default(1),
    name: z.string().trim().min(1).max(200).optional(),
    title: z.string().max(200).optional(),
    summary: z.string().max(2000).optional(),
    experiment: objectName.optional(),
    /** A template of the native engine, instead of a command. */
    template: z.string().min(1).optional(),
    /**
     * The program: words, or one line that is split into words as a shell would, without a shell. `{key}` is a parameter's
     * value, `{params}` every parameter as `--key value`, `{input:NAME}` an input's folder.
     */
    command: z.union([z.string().min(1), z.array(z.string()).min(1)]).optional(),
    /** Folder of the program, relative to the recipe. */
    code: z.string().min(1).default('.'),
    /** Where it runs unless it is asked otherwise: the name of a target. */
    target: z.string().min(1).optional(),
    environment: recipeEnvironment.prefault({}),
    /** Data sets by the name that the program knows them by, each `NAME` or `NAME@VERSION`; null: to be given; `{ref, split, fold}` with a split. */
    data: z.record(z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/), recipeData).default({}),
    params: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_.-]*$/), recipeParameter).default({}),
    resources: recipeResources.prefault({}),
    /** Patterns of files in the working folder to keep as artifacts; `outputs/` is always kept. */
    outputs: z.array(z.string().min(1)).default([]),
    checks: z.array(recipeCheck).default([]),
    /** How often a run that failed for a passing reason is started again. */
    retries: z.number().int().min(0).max(100).default(0),
    tags: z.record(z.string(), z.string()).default({}),
  })
  .refine(({ command, template }) => (command === undefined) !== (template === undefined), {
    error: 'a recipe has either a command or a template',
    path: ['command'],
  });
export type Recipe = z.output<typeof recipe>;
export type RecipeInput = z.input<typeof recipe>;

const BYTES: Readonly<Record<string, number>> = {
  '': 1,
  K: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  KI: 2 ** 10,
  MI: 2 ** 20,
  GI: 2 ** 30,
  TI: 2 ** 40,
};

function parseBytes(text: string): number {
  const [, amount, unit] = /^\s*([\d.]+)\s*([a-zA-Z]*?)B?\s*$/.exec(text)!;
  return Math.round(Number(amount) * BYTES[unit!.toUpperCase()]!);
}

const MS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, min: 60_000, m: 60_000, s: 1000 };
