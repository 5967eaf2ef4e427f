import fs from 'node:fs';
import { type Command, Option } from 'commander';
import type { Scheduling } from '../../contract/execution.ts';
import type { RunId } from '../../contract/ids.ts';
import { byteSize, duration } from '../../contract/recipe.ts';
import type { TrainRequest } from '../../contract/training.contract.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Cli } from './cli.ts';
import {
  collectPairs,
  collectParameter,
  collectWords,
  parseDataRef,
  parseTime,
  parseWhole,
} from './parse.ts';

export interface TrainOptions {
  data?: string;
  input: Record<string, string>;
  split?: string;
  fold?: number;
  overrideChecks?: boolean;
  param: Record<string, string>;
  name?: string;
  experiment?: string;
  tag: Record<string, string>;
  on?: string;
  python?: string;
  requirements?: string;
  image?: string;
  dockerfile?: string;
  imageArchive?: string;
  network?: boolean;
  env: Record<string, string>;
  cpus?: number;
  memory?: string;
  gpus?: number;
  shareGpus?: boolean;
  shm?: string;
  time?: string;
  priority?: string;
  at?: string;
  after: string[];
  retries?: number;
  hold?: boolean;
}

/** Everything that a run may be told on the command line beside what it runs. */
export function addTrainOptions(command: Command): Command {
  const group = (title: string) => (option: Option) => command.addOption(option.helpGroup(title));
  const what = group('What it reads:');
  what(new Option('--data <name[@version]>', 'data set, and the version where it is not the latest'));
  what(new Option('--split <name>', 'named split of that data: `lathe data split list`'));
  what(
    new Option('--fold <n>', 'which fold of the split is held out').argParser(parseWhole('--fold', 1, 100)),
  );
  what(new Option('--override-checks', 'start although a blocking check of the data does not pass'));
  what(
    new Option('--input <name=data[@version]>', 'data set under a name of the recipe (repeat for more)')
      .argParser(collectPairs('--input', 'train=digits@3'))
      .default({}, 'none'),
  );
  what(
    new Option('-p, --param <key=value>', 'parameter (repeat for more)')
      .argParser(collectParameter)
      .default({}, 'none'),
  );
  const where = group('Where it runs:');
  where(new Option('--on <target>', 'target: process, docker or one of `lathe target list`'));
  where(
    new Option('--python <interpreter>', 'version, path of an interpreter or environment, or conda:NAME'),
  );
  where(new Option('--requirements <file>', 'make an environment of its own for these requirements, once'));
  where(new Option('--image <image>', 'container image'));
  where(new Option('--dockerfile <file>', 'build the image from this file of the code folder'));
  where(new Option('--image-archive <file>', 'archive to load the image from where the engine lacks it'));
  where(new Option('--network', 'let a container reach the network'));
  where(
    new Option('--env <name=value>', 'environment variable (repeat for more)')
      .argParser(collectPairs('--env', 'OMP_NUM_THREADS=4'))
      .default({}, 'none'),
  );
  const resources = group('What it may use:');
  resources(new Option('--cpus <n>', 'processor cores, may be a fraction').argParser(Number));
  resources(new Option('--memory <size>', 'for example 8GiB'));
  resources(new Option('--gpus <n>', 'GPUs').argParser(parseWhole('--gpus', 0, 64)));
  resources(new Option('--share-gpus', 'let others that say the same use the same GPUs'));
  resources(new Option('--shm <size>', 'size of /dev/shm in a container'));
  resources(new Option('--time <duration>', 'time limit, for example 90m or 2h30m'));
  const when = group('When it runs:');
  when(new Option('--priority <n>', 'higher starts first'));
  when(new Option('--at <time>', 'not before: 22:00, 2h (from now) or 2026-12-24T18:00'));
  when(
    new Option('--after <run>', 'not before this run has finished (repeat for more)')
      .argParser(collectWords)
      .default([], 'none'),
  );
  when(
    new Option('--retries <n>', 'start again after a failure that may pass').argParser(
      parseWhole('--retries', 0, 100),
    ),
  );
  when(new Option('--hold', 'keep it in the queue until it is let go'));
  const name = group('What it is called:');
  name(new Option('--name <name>', 'name of the run'));
  name(new Option('--experiment <name>', 'experiment that groups the run'));
  name(
    new Option('--tag <key=value>', 'tag (repeat for more)')
      .argParser(collectPairs('--tag', 'paper=icml'))
      .default({}, 'none'),
  );
  return command;
}

/** The request that a command line stands for. Paths are looked up from the folder that it was typed in. */
export async function trainRequestOf(
  cli: Cli,
  what: string,
  args: readonly string[],
  options: TrainOptions,
): Promise<TrainRequest> {
  const isPath = /[\\/]|\.(py|sh|m?js|ya?ml)$/.test(what) || fs.existsSync(cli.path(what));
  const environment = environmentOf(cli, options);
  const resources = resourcesOf(options);
  const scheduling = await schedulingOf(cli, options);
  return {
    ...cli.inProject,
    ...(isPath ? { path: cli.path(what) } : { template: what }),
    ...dataOf(options),
    ...(options.overrideChecks && { overrideChecks: true }),
    inputs: Object.fromEntries(
      Object.entries(options.input).map(([name, reference]) => [name, parseDataRef(reference)]),
    ),
    params: options.param,
    args: [...args],
    tags: options.tag,
    ...(options.name !== undefined && { name: options.name }),
    ...(options.experiment !== undefined && { experiment: options.experiment }),
    ...(options.on !== undefined && { target: options.on }),
    ...(Object.keys(environment).length > 0 && { environment }),
    ...(Object.keys(resources).length > 0 && { resources }),
    ...(Object.keys(scheduling).length > 0 && { scheduling }),
  };
}

function dataOf({ data, split, fold }: TrainOptions): Pick<TrainRequest, 'data'> {
  if (split === undefined && fold === undefined)
    return data === undefined ? {} : { data: parseDataRef(data) };
  if (data === undefined || split === undefined) {
    throw new AppError('INVALID_INPUT', `${split === undefined ? '--fold' : '--split'} is said of no data.`, {
      nextStep: 'Write --data NAME[@VERSION] --split SPLIT, and --fold N for one of folds.',
    });
  }
  return { data: { ...parseDataRef(data), split: { name: split, ...(fold !== undefined && { fold }) } } };
}

function environmentOf(cli: Cli, options: TrainOptions): NonNullable<TrainRequest['environment']> {
  const { python, requirements, image, dockerfile, imageArchive, network, env } = options;
  return {
    ...(python !== undefined && { python: python.includes('/') ? cli.path(python) : python }),
    ...(requirements !== undefined && { requirements: cli.path(requirements) }),
    ...(image !== undefined && { image }),
    ...(dockerfile !== undefined && { dockerfile }),
    ...(imageArchive !== undefined && { imageArchive: cli.path(imageArchive) }),
    ...(network && { network }),
    ...(Object.keys(env).length > 0 && { variables: env }),
  };
}

function resourcesOf(options: TrainOptions): NonNullable<TrainRequest['resources']> {
  const { cpus, memory, gpus, shareGpus, shm, time } = options;
  if (cpus !== undefined && !(cpus > 0)) throw unfit('--cpus', String(cpus), '2 or 0.5');
  const bytes = (name: string, text: string) => {
    const parsed = byteSize.safeParse(text);
    if (!parsed.success) throw unfit(name, text, '8GiB or 512MB');
    return parsed.data;
  };
  const limit = time === undefined ? undefined : duration.safeParse(/^\d+$/.test(time) ? Number(time) : time);
  if (limit && !limit.success) throw unfit('--time', time!, '90m or 2h30m');
  return {
    ...(cpus !== undefined && { cpus }),
    ...(memory !== undefined && { memory: bytes('--memory', memory) }),
    ...(gpus !== undefined && { gpus }),
    ...(shareGpus && { shareGpus }),
    ...(shm !== undefined && { shm: bytes('--shm', shm) }),
    ...(limit && { time: limit.data }),
  };
}

async function schedulingOf(cli: Cli, options: TrainOptions): Promise<Partial<Scheduling>> {
  const { priority, at, after, retries, hold } = options;
  if (priority !== undefined && !/^-?\d{1,4}$/.test(priority))
    throw unfit('--priority', priority, '10 or -5');
  const client = after.length > 0 ? await cli.client() : null;
  const ids: RunId[] = [];
  for (const run of after) ids.push((await client!.runs.get({ ...cli.inProject, run })).id);
  return {
    ...(priority !== undefined && { priority: Number(priority) }),
    ...(at !== undefined && { notBefore: parseTime(at, new Date()) }),
    ...(ids.length > 0 && { after: ids }),
    ...(retries !== undefined && { retries }),
    ...(hold && { held: true }),
  };
}

function unfit(option: string, value: string, example: string): AppError {
  return new AppError('INVALID_INPUT', `${option} ${value} does not fit.`, {
    nextStep: `Write for example ${option} ${example}.`,
    details: { option, value },
  });
}
