import type { Command } from 'commander';
import type { Target } from '../../contract/targets.contract.ts';
import { AppError } from '../../kernel/app-error.ts';
import { checkWords } from './check-words.ts';
import type { Cli } from './cli.ts';
import { type Define, group } from './define.ts';
import { sizeWords, timeWords } from './terminal/words.ts';

interface AddOptions {
  host: string;
  ca?: string;
  cert?: string;
  key?: string;
  shared?: boolean;
  remote?: boolean;
}

export function addTargetCommands(program: Command, define: Define): void {
  const target = group(program, 'target', 'Targets: where runs can execute');

  define(
    target.command('list').description('native, process, docker, and engines that were added'),
    async (cli) => {
      const targets = await (await cli.client()).targets.list();
      cli.print(targets, () => targetTable(cli, targets));
    },
  );
  define<AddOptions>(
    target
      .command('add <name>')
      .description('add a container engine')
      .requiredOption('--host <address>', 'unix:///path, tcp://host:port or ssh://user@host')
      .option('--ca <file>', 'certificate of the authority, for tcp:// with TLS')
      .option('--cert <file>', 'certificate of this client')
      .option('--key <file>', 'key of this client')
      .option('--shared', 'the engine sees this machine’s files')
      .option('--remote', 'the engine does not see this machine’s files: they are sent'),
    async (cli, [name], { host, ca, cert, key, shared, remote }) => {
      const files = [ca, cert, key].filter((file) => file !== undefined);
      if (files.length !== 0 && files.length !== 3) {
        throw new AppError('INVALID_INPUT', 'TLS needs --ca, --cert and --key together.', {
          nextStep: 'Name all three files, or none.',
        });
      }
      const added = await (await cli.client()).targets.add({
        name: name!,
        engine: {
          host,
          tls:
            ca !== undefined && cert !== undefined && key !== undefined
              ? { ca: cli.path(ca), cert: cli.path(cert), key: cli.path(key) }
              : null,
          shared: shared ? true : remote ? false : null,
        },
      });
      cli.print(added, () => `Added. See whether it works: lathe target check ${added.name}`);
    },
  );
  define(
    target.command('remove <name>').description('forget an engine that was added'),
    async (cli, [name]) => {
      const removed = await (await cli.client()).targets.remove({ target: name! });
      cli.print(removed, () => `Removed. Its runs stay.`);
    },
  );
  define(
    target.command('check <name>').description('whether a target works, and what it lacks'),
    async (cli, [name]) => {
      const checks = await (await cli.client()).targets.check({ target: name! });
      cli.print(checks, () => checkWords(checks));
      if (checks.some(({ state }) => state === 'missing')) cli.exitCode = 1;
    },
  );
  define(target.command('pythons').description('Python interpreters of this machine'), async (cli) => {
    const found = await (await cli.client()).targets.interpreters({ folder: cli.path('.') });
    cli.print(found, () =>
      cli.table(
        ['VERSION', 'KIND', { title: 'PATH', whole: true }],
        found.map(({ version, kind, path }) => [version, kind, path]),
        'No Python was found.',
      ),
    );
  });
  define(
    target
      .command('leftovers <name>')
      .description('images, containers, environments and copies of data that runs left, with their sizes'),
    async (cli, [name]) => {
      const left = await (await cli.client()).targets.leftovers({ target: name! });
      cli.print(left, () =>
        cli.table(
          ['WHAT', 'NAME', { title: 'SIZE', align: 'right' }, 'USED', { title: 'ID', whole: true }],
          left.map((each) => [
            each.inUse ? `${each.kind}, in use` : each.kind,
            each.name,
            each.sizeBytes === null ? '' : sizeWords(each.sizeBytes),
            timeWords(each.usedAt),
            each.id,
          ]),
          'Nothing was left.',
        ),
      );
    },
  );
  define<{ all?: boolean }>(
    target
      .command('clean <name> [ids...]')
      .description('remove leftovers; they are made again when a run needs them')
      .option('--all', 'everything that no run needs'),
    async (cli, [name, ...ids], { all }) => {
      const client = await cli.client();
      const free = all
        ? (await client.targets.leftovers({ target: name! }))
            .filter(({ inUse }) => !inUse)
            .map(({ id }) => id)
        : ids;
      if (free.length === 0 && !all) {
        throw new AppError('INVALID_INPUT', 'Nothing is named to be removed.', {
          nextStep: `Name ids from \`lathe target leftovers ${name}\`, or pass --all.`,
        });
      }
      const result =
        free.length === 0
          ? { removed: [], freedBytes: 0 }
          : await client.targets.removeLeftovers({ target: name!, ids: free });
      cli.print(result, () => `${result.removed.length} removed, ${sizeWords(result.freedBytes)} freed.`);
    },
  );
}

function targetTable(cli: Cli, targets: readonly Target[]): string {
  return cli.table(
    ['TARGET', 'KIND', { title: 'ACTIVE', align: 'right' }, 'WHAT IT IS'],
    targets.map(({ name, kind, active, summary }) => [name, kind, String(active), summary]),
    '',
  );
}
