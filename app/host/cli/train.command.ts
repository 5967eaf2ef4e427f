import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import type { Run, RunDetail } from '../../contract/runs.contract.ts';
import type { DoctorCheck } from '../../contract/system.contract.ts';
import { checkWords } from './check-words.ts';
import type { Cli } from './cli.ts';
import type { Define } from './define.ts';
import { describeFailure } from './failure.ts';
import { failureOf, followJob } from './follow.ts';
import { durationWords, numberWords, sizeWords } from './terminal/words.ts';
import { addTrainOptions, type TrainOptions, trainRequestOf } from './train-options.ts';

/** How long a command that owns the workspace waits for its run to start before it leaves it to the next Lathe. */
const startPatienceMs = 5000;

export function addTrainCommand(program: Command, define: Define): void {
  const train = addTrainOptions(
    program
      .command('train [what] [args...]')
      .description(
        'train a template, a script or a recipe; without a name, list the templates and their parameters.\nWhat follows -- goes to the program.',
      ),
  )
    .option('--check', 'only say whether it could start, and what is missing')
    .option('--preflight', 'only try a few steps, and predict time, memory and disk')
    .option('--follow', 'show progress, and end when the run ends');
  define<TrainOptions & { check?: boolean; preflight?: boolean; follow?: boolean }>(
    train,
    async (cli, [what, ...args], options) => {
      if (what === undefined) return await listTemplates(cli);
      const request = await trainRequestOf(cli, what, args, options);
      const client = await cli.client();
      if (options.check) return printChecks(cli, await client.training.preflight(request));
      const run = await client.training.start({ ...request, preflight: options.preflight === true });
      if (options.preflight) await followTrial(cli, run);
      else await afterStart(cli, run, options.follow === true);
    },
  );
}

/** What every command that starts a run does next: follow it, or say where it is and leave it running. */
export async function afterStart(cli: Cli, run: Run, follow: boolean): Promise<void> {
  if (follow) return await followRun(cli, run);
  const { owner } = await cli.session();
  const seen = owner === 'attached' ? run : await seeOff(cli, run);
  const waits = seen.status === 'queued';
  cli.print(seen, () =>
    waits
      ? `Run ${run.name} is queued (${run.id}); it waits for ${seen.waitingFor ?? 'its turn'}.`
      : `Run ${run.name} started (${run.id}). Follow it: lathe run show ${run.id} --follow`,
  );
  if (waits && owner !== 'attached')
    cli.say('It starts when Lathe is open and that is over: lathe serve, or the application.');
}

/** The run's process is its own; a command that owns the workspace only has to see it off. */
async function seeOff(cli: Cli, run: Run): Promise<Run> {
  const client = await cli.client();
  const deadline = Date.now() + startPatienceMs;
  for (let now: Run = run; ; now = await client.runs.get({ run: run.id })) {
    // An image that is being pulled or built needs this process; it says what it does until it is done.
    const preparing = now.status === 'queued' && now.waitingFor?.startsWith('what it needs') === true;
    if (now.status !== 'queued' || cli.world.interrupted.aborted) {
      cli.progress.clear();
      return now;
    }
    if (!preparing && Date.now() > deadline) {
      cli.progress.clear();
      return now;
    }
    if (preparing) {
      cli.handleInterrupts();
      cli.progress.show(run.name, now.progress);
    }
    await delay(50);
  }
}

function printChecks(cli: Cli, result: { ready: boolean; checks: DoctorCheck[] }): void {
  cli.print(result, () => checkWords(result.checks));
  if (!result.ready) cli.exitCode = 1;
}

async function followTrial(cli: Cli, run: Run): Promise<void> {
  const client = await cli.client();
  if (run.jobId !== null && (await followJob(cli, run.jobId, run.name)) === null) {
    cli.exitCode = 130;
    return;
  }
  const prediction = await client.training.prediction({ id: run.id });
  const { stepMs, totalSteps, durationMs, peakMemoryBytes, peakGpuMemoryBytes, diskBytes } = prediction;
  const size = (bytes: number | null) => (bytes === null ? 'not known' : sizeWords(bytes));
  const time = (ms: number | null) => (ms === null ? 'not known' : durationWords(ms));
  cli.print({ run: run.id, ...prediction }, () =>
    [
      cli.table(
        ['PREDICTED', ''],
        [
          ['one step', time(stepMs)],
          ['steps', totalSteps === null ? 'not known' : String(totalSteps)],
          ['whole run', time(durationMs)],
          ['memory', size(peakMemoryBytes)],
          ['GPU memory', size(peakGpuMemoryBytes)],
          ['disk', size(diskBytes)],
        ],
        '',
      ),
      ...(prediction.findings.length === 0 ? [] : ['', checkWords(prediction.findings)]),
    ].join('\n'),
  );
  if (prediction.findings.some(({ state }) => state === 'missing')) cli.exitCode = 1;
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

function inputWords({ datasetName, version, digest, split }: Run['inputs'][number]): string {
  const fold = split?.fold === undefined ? '' : `, fold ${split.fold} held out`;
  return `data ${datasetName}@${version} (${digest.slice(0, 12)})${split ? `, split ${split.name}${fold}` : ''}`;
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
    `id ${run.id}, experiment ${run.experimentName}, ${run.template} on ${run.target}`,
    ...(run.failure ? [`${run.failure.message}\n→ ${run.failure.data.nextStep}`] : []),
    ...(run.waitingFor ? [`waits for ${run.waitingFor}`] : []),
    ...(run.attempt > 1 ? [`attempt ${run.attempt}`] : []),
    ...(run.gpus.length > 0 ? [`GPU ${run.gpus.map(({ index }) => index).join(', ')}`] : []),
    ...(run.code ? [codeWords(run.code)] : []),
    ...run.checks.map(
      ({ expression, passed, value }) =>
        `check ${expression}: ${passed === null ? 'not yet' : passed ? 'passed' : `failed (${value ?? 'no such metric'})`}`,
    ),
    ...(run.energy ? [energyWords(run.energy)] : []),
    ...run.inputs.map(inputWords),
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
    ...pairs('SUMMARY', run.summary),
    ...pairs('TAG', run.tags),
  ].join('\n');
}

function codeWords({ files, sizeBytes, git }: NonNullable<RunDetail['code']>): string {
  const commit = git?.commit ? `, commit ${git.commit.slice(0, 12)}${git.dirty ? ' with changes' : ''}` : '';
  return `code ${files} files, ${sizeWords(sizeBytes)}${commit}`;
}

function energyWords({ wattHours, cost, currency }: NonNullable<RunDetail['energy']>): string {
  const price = cost === null ? '' : `, ${numberWords(cost)} ${currency}`;
  return `energy ${numberWords(wattHours)} Wh${price}`;
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
