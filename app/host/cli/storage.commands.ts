import type { Command } from 'commander';
import type {
  Collection,
  DerivedKind,
  DiskMap,
  StoreCheck,
  StoredGroup,
  StoredThing,
} from '../../contract/storage.contract.ts';
import { derivedKind } from '../../contract/storage.contract.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Cli } from './cli.ts';
import type { Define } from './define.ts';
import { jobResult } from './follow.ts';
import { parseDuration } from './parse.ts';
import { count, sizeWords, timeWords } from './terminal/words.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** Damage was found and not mended. */
const DAMAGED_EXIT = 1;

export function addStorageCommands(program: Command, define: Define): void {
  define<{ grace: number; yes?: boolean; dryRun?: boolean }>(
    program
      .command('gc')
      .description('show what nothing needs any more; with --yes remove it')
      .option('--yes', 'remove it')
      .option('--dry-run', 'only show it, whatever else is said')
      .option(
        '--grace <time>',
        'keep what was deleted or left over less long ago: 14d, 12h, 0',
        parseDuration('--grace'),
        14 * DAY_MS,
      ),
    async (cli, _, { grace, yes, dryRun }) => {
      const client = await cli.client();
      const dry = dryRun === true || yes !== true;
      const job = await client.storage.collect({ graceMs: grace, dryRun: dry });
      const result = (await jobResult(cli, job)) as Collection;
      cli.print(result, () => collectionWords(cli, result));
    },
  );

  define<{ repair?: boolean }>(
    program
      .command('fsck')
      .description('read everything in the store, compare it with its digests and say what damage harms')
      .option('--repair', 'mend what can be mended, from the files that were imported and from checkouts'),
    async (cli, _, { repair }) => {
      const job = await (await cli.client()).storage.check({ repair: repair === true });
      const result = (await jobResult(cli, job)) as StoreCheck;
      if (result.damage.some((each) => each.repaired === null)) cli.exitCode = DAMAGED_EXIT;
      cli.print(result, () => checkWords(cli, result));
    },
  );

  define<{ all?: boolean; clear?: string }>(
    program
      .command('disk')
      .description('where the disk goes: what each data set, run and model costs, and what deleting it frees')
      .option('--all', 'every version and run, not only the groups that they belong to')
      .option('--clear <kinds>', `remove derived files first: ${derivedKind.options.join(', ')}`),
    async (cli, _, { all, clear }) => {
      const client = await cli.client();
      if (clear !== undefined) {
        const { freedBytes } = await client.storage.clear({ kinds: parseKinds(clear) });
        cli.say(`Removed ${sizeWords(freedBytes)} of derived files.`);
      }
      const asked = await client.storage.map({ fresh: clear !== undefined });
      const map = asked.state === 'ready' ? asked.map : ((await jobResult(cli, asked.job)) as DiskMap);
      cli.print(map, () => mapWords(cli, map, all === true));
    },
  );
}

function parseKinds(text: string): DerivedKind[] {
  return text.split(',').map((word) => {
    const parsed = derivedKind.safeParse(word.trim());
    if (parsed.success) return parsed.data;
    throw new AppError('INVALID_INPUT', `"${word}" is no kind of derived files.`, {
      nextStep: `Name some of ${derivedKind.options.join(', ')}, with commas between.`,
    });
  });
}

function collectionWords(cli: Cli, result: Collection): string {
  const lines: string[] = [];
  if (result.purged.length > 0) {
    lines.push(
      cli.table(
        ['KIND', 'NAME', 'DELETED'],
        result.purged.map(({ kind, name, deletedAt }) => [kind, name, timeWords(deletedAt)]),
        '',
      ),
      '',
    );
  }
  const waiting =
    result.nextAt === null ? '' : ` More can be freed from ${timeWords(result.nextAt)} on (see --grace).`;
  if (result.dryRun) {
    lines.push(
      result.freedBytes === 0 && result.purged.length === 0
        ? `There is nothing to free now.${waiting}`
        : `This would free ${sizeWords(result.freedBytes)}, for good: lathe gc --yes${waiting}`,
    );
  } else lines.push(`Freed ${sizeWords(result.freedBytes)}.${waiting}`);
  return lines.join('\n');
}

function checkWords(cli: Cli, { damage, things, checkedBytes, repaired }: StoreCheck): string {
  const checked = `${sizeWords(checkedBytes)} of ${count(things, 'thing')}`;
  if (damage.length === 0) return `Everything is whole: read ${checked}.`;
  const open = damage.filter((each) => each.repaired === null);
  const table = cli.table(
    ['DAMAGED', 'WHY', 'HARMS', 'MENDED'],
    damage.map((each) => [
      `${each.kind} ${each.name}`,
      each.reason,
      each.harms.map(({ name }) => name).join(', '),
      each.repaired ?? 'no',
    ]),
    '',
  );
  const cure =
    open.length === 0
      ? 'Everything is whole again.'
      : repaired
        ? 'Import the files named above again, or restore the objects folder from a backup; then run lathe fsck.'
        : 'Try to mend it: lathe fsck --repair';
  return `${table}\n\n${cure}`;
}

function mapWords(cli: Cli, map: DiskMap, all: boolean): string {
  const right = (title: string) => ({ title, align: 'right' as const });
  const costs = (cost: StoredGroup | StoredThing) => [
    sizeWords(cost.sizeBytes + cost.folderBytes),
    sizeWords(cost.storedBytes + cost.folderBytes),
    sizeWords(cost.exclusiveBytes + cost.folderBytes),
  ];
  const table = cli.table(
    [
      'KIND',
      'NAME',
      ...(all ? ['DELETED'] : [right('ITEMS')]),
      right('SIZE'),
      right('ON DISK'),
      right('FREES'),
    ],
    all
      ? map.things.map((thing) => [
          thing.kind,
          thing.name,
          thing.deletedAt === null ? '' : timeWords(thing.deletedAt),
          ...costs(thing),
        ])
      : map.groups.map((each) => [each.kind, each.name, String(each.things), ...costs(each)]),
    'Nothing is kept yet.',
  );
  const derived = map.derived.map(({ kind, bytes }) => `${kind} ${sizeWords(bytes)}`).join(', ');
  return [
    table,
    '',
    `workspace  ${sizeWords(map.workspaceBytes)}, ${sizeWords(map.disk.freeBytes)} free on its disk`,
    `store      ${sizeWords(map.store.storedBytes)}; ${sizeWords(map.store.deletedBytes)} kept for what was deleted, ${sizeWords(map.store.unreferencedBytes)} needed by nothing: lathe gc`,
    `derived    ${derived}: lathe disk --clear`,
    `database   ${sizeWords(map.databaseBytes)}, logs ${sizeWords(map.logBytes)}`,
  ].join('\n');
}
