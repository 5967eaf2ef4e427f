import { durationMs, type Recipe, type RecipeInput, recipeResources } from '../../../app/contract/recipe.ts';
import { counted, formatBytes, formatDuration } from '../../components/format.ts';

/** What was typed on resources; an empty text is what the recipe says. */
export interface ResourceTexts {
  readonly cpus: string;
  readonly memory: string;
  readonly gpus: string;
  readonly shareGpus: boolean | null;
  readonly shm: string;
  readonly time: string;
}

export const noResourceTexts: ResourceTexts = {
  cpus: '',
  memory: '',
  gpus: '',
  shareGpus: null,
  shm: '',
  time: '',
};

type ResourceInput = NonNullable<RecipeInput['resources']>;
export type ResourceKey = keyof ResourceTexts;

const cures: Readonly<Partial<Record<ResourceKey, string>>> = {
  cpus: 'Write a number of cores such as 2 or 0.5.',
  memory: 'Write a size such as 8 GiB.',
  gpus: 'Write a whole number from 0 to 64.',
  shm: 'Write a size such as 2 GiB.',
  time: 'Write a time such as 90 min or 1h30m.',
};

/** The resources that were asked for on top of the recipe's, undefined where none were, and what does not fit. */
export function readResources(texts: ResourceTexts): {
  readonly resources: ResourceInput | undefined;
  readonly problems: Readonly<Partial<Record<ResourceKey, string>>>;
} {
  const trimmed = (key: Exclude<ResourceKey, 'shareGpus'>) => texts[key].trim();
  const asked: ResourceInput = {
    ...(trimmed('cpus') !== '' && { cpus: Number(trimmed('cpus')) }),
    ...(trimmed('memory') !== '' && { memory: trimmed('memory') }),
    ...(trimmed('gpus') !== '' && { gpus: Number(trimmed('gpus')) }),
    ...(texts.shareGpus !== null && { shareGpus: texts.shareGpus }),
    ...(trimmed('shm') !== '' && { shm: trimmed('shm') }),
    ...(trimmed('time') !== '' && { time: timeText(trimmed('time')) }),
  };
  const problems: Partial<Record<ResourceKey, string>> = {};
  for (const { path } of recipeResources.safeParse(asked).error?.issues ?? []) {
    const key = path[0] as ResourceKey;
    problems[key] = `“${texts[key]}” does not fit. ${cures[key]}`;
  }
  return { resources: Object.keys(asked).length > 0 ? asked : undefined, problems };
}

/** A bare number is minutes in words, since nobody means seconds in a form. */
function timeText(text: string): string {
  return /^\d+(\.\d+)?$/.test(text) ? `${text} min` : text;
}

/** What a run is given, in a line: what was typed, else what the recipe says. */
export function describeResources(texts: ResourceTexts, recipe: Recipe['resources'] | null): string {
  const { resources = {}, problems } = readResources(texts);
  if (Object.keys(problems).length > 0) return 'something does not fit';
  const asked = recipeResources.parse(resources);
  const cpus = asked.cpus ?? recipe?.cpus;
  const memory = asked.memory ?? recipe?.memory;
  const gpus = resources.gpus ?? recipe?.gpus ?? 0;
  const time = asked.time ?? recipe?.time;
  const shared = (texts.shareGpus ?? recipe?.shareGpus ?? false) && gpus > 0;
  return [
    cpus === undefined ? 'any number of cores' : `${cpus} ${cpus === 1 ? 'core' : 'cores'}`,
    memory === undefined ? 'no memory limit' : formatBytes(memory),
    gpus === 0 ? 'no GPU' : `${counted(gpus, 'GPU')}${shared ? ', shared' : ''}`,
    time === undefined ? 'no time limit' : `at most ${formatDuration(durationMs(time))}`,
  ].join(', ');
}
