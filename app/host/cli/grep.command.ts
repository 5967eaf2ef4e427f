import type { Command } from 'commander';
import type { RunId } from '../../contract/ids.ts';
import type { FoundInLogs } from '../../contract/runs.contract.ts';
import type { Define } from './define.ts';
import { parseWhole } from './parse.ts';
import { sizeWords } from './terminal/words.ts';

interface GrepOptions {
  filter?: string;
  run: string[];
  caseSensitive?: boolean;
  stderr?: boolean;
  stdout?: boolean;
  limit: number;
}

/** `run grep`, below the group `run`. */
export function addGrepCommand(run: Command, define: Define): void {
  define<GrepOptions>(
    run
      .command('grep <text>')
      .description('lines that runs printed with a text in them, newest runs first')
      .option('--filter <expression>', 'only of runs that it finds, such as "status = failed"')
      .option(
        '--run <run>',
        'only of this run (repeat for more)',
        (name, sofar: string[]) => [...sofar, name],
        [],
      )
      .option('--case-sensitive', 'tell capitals from small letters')
      .option('--stdout', 'only of the output')
      .option('--stderr', 'only of the error output')
      .option('--limit <n>', 'how many at most', parseWhole('--limit', 1, 10_000), 200),
    async (cli, [text], { filter, run: named, caseSensitive, stdout, stderr, limit }) => {
      const client = await cli.client();
      const runs: RunId[] = [];
      for (const each of named) runs.push((await client.runs.get({ ...cli.inProject, run: each })).id);
      const streams = (['stdout', 'stderr'] as const).filter((each) =>
        stdout === stderr ? true : each === 'stdout' ? stdout : stderr,
      );
      const signal = cli.handleInterrupts();
      const matches: Extract<FoundInLogs, { kind: 'match' }>[] = [];
      let end: Extract<FoundInLogs, { kind: 'end' }> | null = null;
      try {
        const found = await client.runs.searchLogs(
          {
            ...cli.inProject,
            text: text!,
            caseSensitive: caseSensitive === true,
            streams,
            limit,
            ...(filter !== undefined && { filter }),
            ...(runs.length > 0 && { runs }),
          },
          { signal },
        );
        for await (const each of found) {
          if (each.kind === 'end') end = each;
          else {
            matches.push(each);
            // Lines are shown as they are found; one JSON document can only be printed whole.
            if (!cli.json) cli.print(each, () => `${each.runName}:${each.stream}:${each.line}: ${each.text}`);
          }
        }
      } catch (error) {
        if (!signal.aborted) throw error;
        cli.exitCode = 130;
      }
      if (cli.json)
        cli.print(
          { matches, ...(end && { runs: end.runs, sizeBytes: end.sizeBytes, limited: end.limited }) },
          () => '',
        );
      else if (end?.limited) cli.say(`Only the first ${matches.length} are shown; --limit shows more.`);
      else if (end && matches.length === 0)
        cli.say(
          `Not found in ${sizeWords(end.sizeBytes)} of logs of ${end.runs} ${end.runs === 1 ? 'run' : 'runs'}.`,
        );
    },
  );
}
