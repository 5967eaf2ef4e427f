import type { Command } from 'commander';
import type { Scheduling } from '../../contract/execution.ts';
import type { Run } from '../../contract/runs.contract.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Cli } from './cli.ts';
import { type Define, group } from './define.ts';
import { collectWords, parseTime, parseWhole } from './parse.ts';
import { timeWords } from './terminal/words.ts';

interface ChangeOptions {
  priority?: string;
  at?: string;
  now?: boolean;
  after: string[];
  retries?: number;
  hold?: boolean;
  go?: boolean;
}

export function addQueueCommands(program: Command, define: Define): void {
  const queue = group(program, 'queue', 'The queue: which runs wait, for what, and in which order');

  define(
    queue.command('list').description('runs that wait or run, in the order they would start'),
    async (cli) => {
      const { paused, runs } = await (await cli.client()).runs.queue();
      cli.print({ paused, runs }, () => `${paused ? 'The queue is paused.\n' : ''}${queueTable(cli, runs)}`);
    },
  );
  for (const [name, paused, description] of [
    ['pause', true, 'start nothing more; what runs goes on'],
    ['resume', false, 'let a paused queue go on'],
  ] as const) {
    define(queue.command(name).description(description), async (cli) => {
      const state = await (await cli.client()).runs.pauseQueue({ paused });
      cli.print(state, () => (paused ? 'The queue is paused.' : 'The queue goes on.'));
    });
  }
  define<ChangeOptions>(
    queue
      .command('change <run>')
      .description('change when a queued run starts')
      .option('--priority <n>', 'higher starts first')
      .option('--at <time>', 'not before: 22:00, 2h (from now) or 2026-12-24T18:00')
      .option('--now', 'as soon as there is room')
      .option('--after <run>', 'not before this run has finished (repeat for more)', collectWords, [])
      .option('--retries <n>', 'start again after a failure that may pass', parseWhole('--retries', 0, 100))
      .option('--hold', 'keep it in the queue')
      .option('--go', 'let a held run go'),
    async (cli, [named], options) => {
      const client = await cli.client();
      const idOf = async (run: string) => (await client.runs.get({ ...cli.inProject, run })).id;
      const { priority, at, now, after, retries, hold, go } = options;
      const change: Partial<Scheduling> = {
        ...(priority !== undefined && { priority: Number(priority) }),
        ...(at !== undefined && { notBefore: parseTime(at, new Date()) }),
        ...(now && { notBefore: null }),
        ...(after.length > 0 && { after: await Promise.all(after.map(idOf)) }),
        ...(retries !== undefined && { retries }),
        ...((hold || go) && { held: hold === true }),
      };
      if (Object.keys(change).length === 0) {
        throw new AppError('INVALID_INPUT', 'Nothing is said about what to change.', {
          nextStep: 'Add --priority, --at, --now, --after, --retries, --hold or --go.',
        });
      }
      const changed = await client.runs.reschedule({ id: await idOf(named!), change });
      cli.print(changed, () => queueTable(cli, [changed]));
    },
  );
}

function queueTable(cli: Cli, runs: readonly Run[]): string {
  return cli.table(
    [
      'RUN',
      'STATUS',
      'TARGET',
      { title: 'PRIORITY', align: 'right' },
      'WAITS FOR',
      'SINCE',
      { title: 'ID', whole: true },
    ],
    runs.map((run) => [
      run.name,
      run.status,
      run.gpus.length > 0 ? `${run.target}, GPU ${run.gpus.map(({ index }) => index).join(' ')}` : run.target,
      String(run.scheduling.priority),
      run.waitingFor ?? '',
      timeWords(run.startedAt ?? run.createdAt),
      run.id,
    ]),
    'Nothing waits or runs.',
  );
}
