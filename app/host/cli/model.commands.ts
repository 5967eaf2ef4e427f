import fs from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import type { ModelVersion } from '../../contract/models.contract.ts';
import { AppError, fromSystemError } from '../../kernel/app-error.ts';
import type { Cli } from './cli.ts';
import { type Define, group } from './define.ts';
import { parseWhole } from './parse.ts';
import { numberWords, sizeWords, timeWords } from './terminal/words.ts';

export function addModelCommands(program: Command, define: Define): void {
  const model = group(program, 'model', 'Registered models, their versions and aliases');

  define(model.command('list').description('registered models'), async (cli) => {
    const models = await (await cli.client()).models.list(cli.inProject);
    cli.print(models, () =>
      cli.table(
        [
          'MODEL',
          'LATEST',
          'ALIASES',
          'TASK',
          { title: 'SIZE', align: 'right' },
          'UPDATED',
          { title: 'ID', whole: true },
        ],
        models.map(({ name, latest, aliases, updatedAt, id }) => [
          name,
          `v${latest.version}`,
          Object.entries(aliases)
            .map(([alias, version]) => `${alias} → v${version}`)
            .join(', '),
          latest.task ?? '',
          sizeWords(latest.sizeBytes),
          timeWords(updatedAt),
          id,
        ]),
        'No models. Register one: lathe model register NAME --run RUN',
      ),
    );
  });

  define(
    model
      .command('show <name[@version|@alias]>')
      .description('all versions of a model, or one version in full'),
    async (cli, [ref]) => {
      const client = await cli.client();
      if (ref!.includes('@')) {
        const version = await client.models.version({ ...cli.inProject, ref: ref! });
        cli.print(version, () => versionWords(cli, version));
      } else {
        const shown = await client.models.get({ ...cli.inProject, model: ref! });
        cli.print(shown, () => versionTable(cli, shown.allVersions));
      }
    },
  );

  define<{ run?: string; file?: string; alias?: string; description: string }>(
    model
      .command('register <name>')
      .description('register the model of a run, or an ONNX file, as a new version')
      .option('--run <run>', 'the run that trained it')
      .option('--file <path>', 'an ONNX file')
      .option('--alias <alias>', 'alias that shall point at the new version')
      .option('--description <text>', 'what it is for', ''),
    async (cli, [name], { run, file, alias, description }) => {
      if ((run === undefined) === (file === undefined)) {
        throw new AppError('INVALID_INPUT', 'A model comes from exactly one place.', {
          nextStep: 'Pass either --run RUN or --file PATH.',
        });
      }
      const client = await cli.client();
      const version = await client.models.register({
        ...cli.inProject,
        name: name!,
        source:
          run !== undefined
            ? { kind: 'run', run: (await client.runs.get({ ...cli.inProject, run })).id }
            : { kind: 'path', path: cli.path(file!) },
        description,
        ...(alias !== undefined && { alias }),
      });
      cli.print(
        version,
        () =>
          `Registered ${version.modelName}@${version.version}. Serve it: lathe endpoint start ${version.modelName}@${version.version}`,
      );
    },
  );

  define(
    model.command('export <name[@version|@alias]> <file>').description('write a version’s ONNX file'),
    async (cli, [ref, file]) => await exportModel(cli, ref!, cli.path(file!)),
  );

  define<{ remove?: boolean }>(
    model
      .command('alias <name> <alias> [version]')
      .description('point an alias at a version')
      .option('--remove', 'remove the alias instead'),
    async (cli, [name, alias, version], { remove }) => {
      const { models } = await cli.client();
      const target = { ...cli.inProject, model: name!, alias: alias! };
      if (!remove && version === undefined) {
        throw new AppError('INVALID_INPUT', `The alias ${alias} needs a version to point at.`, {
          nextStep: `Write: lathe model alias ${name} ${alias} VERSION, or pass --remove.`,
        });
      }
      const changed = remove
        ? await models.removeAlias(target)
        : await models.setAlias({
            ...target,
            version: parseWhole('The version', 1, Number.MAX_SAFE_INTEGER)(version!.replace(/^v/, '')),
          });
      cli.print(changed, () =>
        remove
          ? `${name} has no alias ${alias} any more.`
          : `${name}@${alias} is now v${changed.aliases[alias!]}.`,
      );
    },
  );
}

/** Fetch slice by slice into a file beside the wanted one, and put it in place when it is whole. */
async function exportModel(cli: Cli, ref: string, file: string): Promise<void> {
  const client = await cli.client();
  const version = await client.models.version({ ...cli.inProject, ref });
  const signal = cli.handleInterrupts();
  const partial = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.partial`);
  try {
    const target = await fs.promises.open(partial, 'wx');
    try {
      for (let offset = 0; offset < version.sizeBytes; ) {
        if (signal.aborted)
          throw new AppError('INTERRUPTED', 'The export was cancelled; no file was written.');
        const slice = await client.models.bytes({ id: version.id, offset });
        const bytes = new Uint8Array(await slice.arrayBuffer());
        if (bytes.length === 0) throw new AppError('STORAGE_FAILED', `${ref} ended after ${offset} bytes.`);
        await target.write(bytes);
        offset += bytes.length;
        cli.progress.show(`Exporting ${ref}`, {
          fraction: offset / version.sizeBytes,
          message: sizeWords(offset),
          rate: null,
          remainingMs: null,
        });
      }
      await target.sync();
    } finally {
      await target.close();
    }
    await fs.promises.rename(partial, file);
  } catch (error) {
    await fs.promises.rm(partial, { force: true });
    throw fromSystemError(error, file);
  }
  cli.print(
    {
      file,
      sizeBytes: version.sizeBytes,
      digest: version.digest,
      name: version.modelName,
      version: version.version,
    },
    () => `Wrote ${version.modelName}@${version.version} to ${file} (${sizeWords(version.sizeBytes)}).`,
  );
}

function versionTable(cli: Cli, versions: readonly ModelVersion[]): string {
  return cli.table(
    ['VERSION', 'ALIASES', 'FROM', 'RESULT', { title: 'SIZE', align: 'right' }, 'REGISTERED', 'DIGEST'],
    versions.map((each) => [
      `v${each.version}`,
      each.aliases.join(', '),
      each.runName ?? (each.runId ? `run ${each.runId}` : 'file'),
      Object.entries(each.metrics)
        .filter(([key]) => key.startsWith('test_'))
        .map(([key, value]) => `${key} ${numberWords(value)}`)
        .join(', '),
      sizeWords(each.sizeBytes),
      timeWords(each.createdAt),
      each.digest.slice(0, 12),
    ]),
    'No versions.',
  );
}

function versionWords(cli: Cli, version: ModelVersion): string {
  const tensors = (way: string, specs: ModelVersion['signature']['inputs']) =>
    specs.map(({ name, datatype, shape, hint }) => [
      way,
      name,
      datatype,
      `[${shape.map((size) => (size < 0 ? 'n' : size)).join(', ')}]`,
      hint?.kind ?? '',
    ]);
  return [
    versionTable(cli, [version]),
    ...(version.description ? ['', version.description] : []),
    '',
    cli.table(
      ['', 'TENSOR', 'TYPE', 'SHAPE', 'MEANS'],
      [...tensors('in', version.signature.inputs), ...tensors('out', version.signature.outputs)],
      'No tensors.',
    ),
    ...(version.labels ? ['', `labels ${version.labels.join(', ')}`] : []),
  ].join('\n');
}
