import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import type { Run, RunDetail } from '../../contract/runs.contract.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Cli } from './cli.ts';
import type { Define } from './define.ts';
import { describeFailure } from './failure.ts';
import { failureOf, followJob } from './follow.ts';
import { collectParameter, parseDataRef } from './parse.ts';
import { durationWords, numberWords } from './terminal/words.ts';

interface TrainOptions {
  data?: string;
  param: Record<string, string>;
  name?: string;
  experiment?: string;
  follow?: boolean;
}

/** How long a command that owns the workspace waits for its run to start before it leaves it to the next Lathe. */
const startPatienceMs = 5000;

export function addTrainCommand(program: Command, define: Define): void {
  const train = program
    .command('train [template]')
    .description(
      'train a template on a data set; without a template, list the templates and their parameters',
    )
    .option('--data <name[@version]>', 'data set, and the version where it is not the latest')
    .option('-p, --param <key=value>', 'parameter of the template (repeat for more)', collectParameter, {})
    .option('--name <name>', 'name of the run')
    .option('--experiment <name>', 'experiment that groups the run (default: the data set’s name)')
    .option('--follow', 'show progress, and end when the run ends');
  define<TrainOptions>(train, async (cli, [template], options) => {
    if (template === undefined) return await listTemplates(cli);
    if (options.data === undefined) {
      throw new AppError('INVALID_INPUT', 'The run needs data to train on.', {
        nextStep: 'Pass --data NAME or --data NAME@VERSION; `lathe data list` shows what there is.',
      });
    }
    const data = parseDataRef(options.data);
    const client = await cli.client();
    const run = await client.training.start({
      ...cli.inProject,
      template,
      data,
      params: options.param,
      ...(options.name !== undefined && { name: options.name }),
      ...(options.experiment !== undefined && { experiment: options.experiment }),
    });
    await afterStart(cli, run, options.follow === true);
  });
}

/** What every command that starts a run does next: follow it, or say where it is and leave it running. */
export async function afterStart(cli: Cli, run: Run, follow: boolean): Promise<void> {
  if (follow) return await followRun(cli, run);
  cli.print(run, () => `Run ${run.name} started (${run.id}). Follow it: lathe run show ${run.id} --follow`);
  const { client, owner } = await cli.session();
  if (owner === 'attached') return;
  // The run's process is its own; this one only has to see it off.
  const deadline = Date.now() + startPatienceMs;
  while (Date.now() < deadline && !cli.world.interrupted.aborted) {
    if ((await client.runs.get({ run: run.id })).status !== 'queued') return;
    await delay(50);
  }
  cli.say('The run waits for a free slot and starts when Lathe is open and one is free: lathe serve');
}

/** Show a run's progress until it ends, then print it; the exit code says whether it finished. */
export async function followRun(cli: Cli, run: Pick<Run, 'id' | 'name' | 'jobId'>): Promise<void> {
  const client = await cli.client();
  const job = run.jobId === null ? undefined : await followJob(cli, run.jobId, run.name);
  if (job === null) {
    cli.say(`The run goes on. Look at it: lathe run show ${run.id}; end it: lathe run cancel ${run.id}`);
  }
  const detail = await client.runs.get({ run: run.id });
  cli.print(detail, () => runWords(cli, detail));
  if (detail.status === 'finished') return;
  if (job === null) cli.exitCode = 130;
  else {
    const { document, exitCode } = describeFailure(
      failureOf({ state: detail.status, failure: detail.failure }, `Run ${detail.name}`),
    );
    cli.exitCode = exitCode;
    if (!cli.json) cli.say(`${document.error.message}\n→ ${document.error.nextStep}`);
  }
}

export function runWords(cli: Cli, run: RunDetail): string {
  const pairs = (title: string, values: Record<string, unknown>) => {
    const entries = Object.entries(values);
    return entries.length === 0
      ? []
      : [
          '',
          cli.table(
            [title, ''],
            entries.map(([key, value]) => [key, numberWords(value as string)]),
            '',
          ),
        ];
  };
  const metrics = Object.entries(run.metricSummaries);
  return [
    `${run.name}  ${run.status}  ${durationWords(run.durationMs)}`.trimEnd(),
    `id ${run.id}, experiment ${run.experimentName}, template ${run.template}`,
    ...run.inputs.map((input) => `data ${input.datasetName}@${input.version} (${input.digest.slice(0, 12)})`),
    ...run.models.map((model) => `model ${model.name}@${model.version}`),
    ...pairs('PARAMETER', run.params),
    ...(metrics.length === 0
      ? []
      : [
          '',
          cli.table(
            [
              'METRIC',
              { title: 'LAST', align: 'right' },
              { title: 'MIN', align: 'right' },
              { title: 'MAX', align: 'right' },
              { title: 'POINTS', align: 'right' },
            ],
            metrics.map(([key, { last, min, max, points }]) => [
              key,
              numberWords(last),
              numberWords(min),
              numberWords(max),
              String(points),
            ]),
            '',
          ),
        ]),
    ...pairs('TAG', run.tags),
  ].join('\n');
}

async function listTemplates(cli: Cli): Promise<void> {
  const templates = await (await cli.client()).training.templates();
  cli.print(templates, () =>
    templates
      .map(({ id, title, summary, parameters }) =>
        [
          `${id}: ${title}. ${summary}`,
          cli.table(
            ['  PARAMETER', 'TYPE', 'DEFAULT', 'WHAT IT DOES'],
            parameters.map((each) => [
              `  ${each.key}`,
              each.choices ? each.choices.join('|') : each.type,
              numberWords(each.default),
              each.help,
            ]),
            '',
          ),
        ].join('\n'),
      )
      .join('\n\n'),
  );
}
