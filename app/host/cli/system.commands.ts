import fs from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import type { Event } from '../../contract/events.contract.ts';
import { AppError } from '../../kernel/app-error.ts';
import { checkWords } from './check-words.ts';
import type { Cli } from './cli.ts';
import type { Define } from './define.ts';
import { parseWhole } from './parse.ts';
import { timeWords } from './terminal/words.ts';

export function addSystemCommands(program: Command, define: Define): void {
  define(
    program.command('doctor').description('what this machine has, and what to do about what is missing'),
    async (cli) => {
      const checks = await (await cli.client()).system.doctor();
      cli.print(checks, () => checkWords(checks));
    },
  );

  define(program.command('token').description('the workspace’s token, for scripts and curl'), async (cli) => {
    const token = await readToken(cli);
    cli.print({ token }, () => token);
  });

  define<{ limit: number; verify?: boolean; follow?: boolean }>(
    program
      .command('events')
      .description('the audit log, newest first')
      .option('--limit <n>', 'how many at most', parseWhole('--limit', 1, 1000), 50)
      .option('--verify', 'check the hash chain instead')
      .option('--follow', 'print events as they happen, until Ctrl+C'),
    async (cli, _, { limit, verify, follow }) => {
      const client = await cli.client();
      if (verify) {
        const checked = await client.events.verify();
        cli.print(checked, () =>
          checked.ok
            ? `All ${checked.events} events are as they were written.`
            : `Event ${checked.firstBadSeq} was changed after it was written.`,
        );
        if (!checked.ok) cli.exitCode = 6;
      } else if (follow) await followEvents(cli);
      else {
        const events = await client.events.list({ limit });
        cli.print(events, () =>
          cli.table(
            [{ title: 'SEQ', align: 'right' }, 'TIME', 'EVENT', { title: 'OBJECT', whole: true }, 'WHAT'],
            events.map((event) => [
              String(event.seq),
              timeWords(event.at),
              event.kind,
              event.subject.id,
              JSON.stringify(event.data),
            ]),
            'Nothing has happened yet.',
          ),
        );
      }
    },
  );
}

/** Read where it lies, so that this works beside a running Lathe too; a new workspace is made first. */
async function readToken(cli: Cli): Promise<string> {
  const file = path.join(cli.workspace, 'auth', 'token');
  if (!fs.existsSync(file)) await cli.session();
  return (await fs.promises.readFile(file, 'utf8')).trim();
}

async function followEvents(cli: Cli): Promise<void> {
  if (cli.json) {
    throw new AppError('UNSUPPORTED', 'A stream of events is not one JSON document.', {
      nextStep: 'Use --follow without --json, or read /api/v1/events/watch.',
    });
  }
  const signal = cli.handleInterrupts();
  try {
    for await (const event of await (await cli.client()).events.watch({}, { signal })) {
      if (signal.aborted) return;
      cli.print(event, () => eventLine(event));
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

const eventLine = ({ seq, at, kind, subject, data }: Event) =>
  `${seq}  ${timeWords(at)}  ${kind}  ${subject.id}  ${JSON.stringify(data)}`;
