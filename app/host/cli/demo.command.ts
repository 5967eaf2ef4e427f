import { once } from 'node:events';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import type { LatheClient } from '../../contract/index.ts';
import type { SampleResult, SampleStep } from '../../contract/sample.contract.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Cli } from './cli.ts';
import type { Define } from './define.ts';
import { cancelJob, failureOf } from './follow.ts';
import { parsePort } from './parse.ts';
import { durationWords, numberWords } from './terminal/words.ts';

interface DemoOptions {
  exit?: boolean;
  port?: number;
  inferencePort?: number;
}

const applicationPort = 4780;
const inferencePort = 4790;

export function addDemoCommand(program: Command, define: Define): void {
  define<DemoOptions>(
    program
      .command('demo')
      .description('the whole main job on the sample data: import, train, compare, register, serve, predict')
      .option('--exit', 'end when it is done instead of leaving the application open')
      .option(
        '--port <port>',
        `port of the application (default: ${applicationPort}, or a free one)`,
        parsePort('--port'),
      )
      .option(
        '--inference-port <port>',
        `port of the inference server (default: ${inferencePort}, or a free one)`,
        parsePort('--inference-port'),
      ),
    demo,
  );
}

async function demo(cli: Cli, _: string[], options: DemoOptions): Promise<void> {
  const signal = cli.handleInterrupts();
  const workspace = cli.workspaceOr(path.join(os.homedir(), 'Lathe-demo'));
  const served = await cli.world.serve({
    workspace,
    host: '127.0.0.1',
    port: options.port ?? (await freePort(applicationPort, options.exit)),
    inferencePort: options.inferencePort ?? (await freePort(inferencePort, options.exit)),
  });
  try {
    if (!cli.json) cli.say(`The demo works in ${workspace}.`);
    const result = await runSample(cli, served.client, signal, workspace);
    cli.print(result, () => resultWords(cli, result));
    if (options.exit) return;
    if (!cli.json)
      cli.say(
        `\nLathe is open on the result at ${resultUrl(served.tokenUrl, result)}\nCtrl+C ends it; everything is kept in ${workspace}.`,
      );
    if (!signal.aborted) await once(signal, 'abort');
  } finally {
    await served.close();
  }
}

/** The usual port where nobody has it; a demo that ends takes any, so that it never meets a running Lathe. */
async function freePort(usual: number, exits: boolean | undefined): Promise<number> {
  if (exits) return 0;
  const probe = createServer();
  try {
    probe.listen(usual, '127.0.0.1');
    await once(probe, 'listening');
    return usual;
  } catch {
    return 0;
  } finally {
    probe.close();
  }
}

async function runSample(
  cli: Cli,
  client: LatheClient,
  signal: AbortSignal,
  workspace: string,
): Promise<SampleResult> {
  const job = await client.sample.start();
  const told = new Set<SampleStep['id']>();
  const stopWatching = new AbortController();
  const watching = showSteps(cli, client, AbortSignal.any([signal, stopWatching.signal]), told);
  watching.catch(() => {});
  let last = job;
  try {
    for await (const seen of await client.jobs.watch({ id: job.id }, { signal })) last = seen;
    // The steps' own stream ends by itself when the last step is told; it may lag a little behind the job.
    if (last.state === 'finished') await Promise.race([watching, delay(1000)]);
  } catch (error) {
    if (!signal.aborted) {
      await cancelJob(client, job.id).catch(() => {});
      throw error;
    }
  } finally {
    stopWatching.abort();
    cli.progress.clear();
  }
  if (signal.aborted && (last.state === 'queued' || last.state === 'running')) {
    await cancelJob(client, job.id);
    const kept = told.size === 0 ? 'Nothing was made yet' : `What is done is kept in ${workspace}`;
    throw new AppError('INTERRUPTED', `The demo was stopped. ${kept}.`, {
      nextStep: 'Run it again: it reuses the unchanged data set.',
    });
  }
  if (last.state !== 'finished') throw failureOf(last, 'The demo');
  return last.result as SampleResult;
}

/** Draw the running step, and leave one line for each that is done. */
async function showSteps(
  cli: Cli,
  client: LatheClient,
  signal: AbortSignal,
  told: Set<SampleStep['id']>,
): Promise<void> {
  try {
    for await (const steps of await client.sample.watch(undefined, { signal })) {
      for (const step of steps) {
        if (step.state === 'done' && !told.has(step.id)) {
          told.add(step.id);
          cli.say(`✓ ${step.title}${step.detail ? `: ${step.detail}` : ''}`);
        }
      }
      const running = steps.find(({ state }) => state === 'running');
      if (running) cli.progress.show(`… ${running.title}`, running.progress);
      if (steps.every(({ state }) => state === 'done') || steps.some(({ state }) => state === 'failed'))
        return;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function resultWords(cli: Cli, { dataset, runs, model, endpoint, predictions }: SampleResult): string {
  const best = Math.max(...runs.map(({ testAccuracy }) => Number(testAccuracy)));
  const right = predictions.filter(({ predicted, actual }) => predicted === actual).length;
  return [
    '',
    dataset.reused
      ? `Data set ${dataset.name}@${dataset.version} is unchanged and was reused (${dataset.rows} rows).`
      : `Data set ${dataset.name}@${dataset.version} imported (${dataset.rows} rows).`,
    '',
    cli.table(
      [
        'MODEL',
        { title: 'HELD-OUT ACCURACY', align: 'right' },
        { title: 'STEPS', align: 'right' },
        { title: 'TOOK', align: 'right' },
        { title: 'RUN', whole: true },
      ],
      runs.map((run) => [
        run.template,
        `${(Number(run.testAccuracy) * 100).toFixed(2)} %${Number(run.testAccuracy) === best ? ' *' : '  '}`,
        numberWords(run.steps),
        durationWords(run.durationMs),
        run.id,
      ]),
      '',
    ),
    '',
    `The better one is ${model.name}@${model.version} (alias ${model.alias}), served at ${endpoint.url}`,
    '',
    `predicted  ${predictions.map(({ predicted }) => predicted).join('  ')}`,
    `actual     ${predictions.map(({ actual }) => actual).join('  ')}   ${right} of ${predictions.length} right`,
  ].join('\n');
}

/** The application's address, opened where the two runs stand side by side. */
function resultUrl(tokenUrl: string, { runs }: SampleResult): string {
  const url = new URL(tokenUrl);
  url.pathname = '/compare';
  url.searchParams.set('runs', runs.map(({ id }) => id).join(','));
  return url.href;
}
