import { once } from 'node:events';
import type { Command } from 'commander';
import type { Endpoint, Tensor } from '../../contract/serving.contract.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Cli } from './cli.ts';
import { type Define, group } from './define.ts';
import { parseDataRef, parseWhole } from './parse.ts';
import type { Row } from './tensors.ts';
import { durationWords, numberWords, timeWords } from './terminal/words.ts';

interface PredictOptions {
  row: string[];
  file?: string;
  data?: string;
  rows: number;
}

export function addEndpointCommands(program: Command, define: Define): void {
  const endpoint = group(program, 'endpoint', 'Serve model versions over HTTP on this machine');

  define<{ name?: string }>(
    endpoint
      .command('start <model[@version|@alias]>')
      .description('serve a model version; in the running Lathe where there is one, else until Ctrl+C')
      .option('--name <name>', 'name of the endpoint (default: the model’s name)'),
    async (cli, [model], { name }) => await start(cli, model!, name),
  );
  define(endpoint.command('stop <endpoint>').description('stop an endpoint'), async (cli, [named]) => {
    const stopped = await (await cli.client()).serving.stop({ ...cli.inProject, endpoint: named! });
    cli.print(stopped, () => `${stopped.name} no longer serves.`);
  });
  define(endpoint.command('list').description('endpoints of the project'), async (cli) => {
    const endpoints = await (await cli.client()).serving.list(cli.inProject);
    cli.print(endpoints, () => endpointTable(cli, endpoints));
  });
  define<PredictOptions>(
    endpoint
      .command('predict <endpoint>')
      .description('send rows to an endpoint and print what the model answers')
      .option(
        '--row <json>',
        `one row as '{"column": value}' (repeat for more)`,
        (text, sofar: string[]) => [...sofar, text],
        [],
      )
      .option('--file <path>', 'rows of a .csv, .tsv, .json or .jsonl file')
      .option('--data <name[@version]>', 'rows of a data set')
      .option('--rows <n>', 'how many rows of the data set', parseWhole('--rows', 1, 1000), 10),
    async (cli, [named], options) => await predict(cli, named!, options),
  );
}

async function start(cli: Cli, model: string, name: string | undefined): Promise<void> {
  const { client, owner } = await cli.session();
  const signal = owner === 'self' ? cli.handleInterrupts() : undefined;
  const started = await client.serving.start({
    ...cli.inProject,
    model,
    ...(name !== undefined && { name }),
  });
  cli.print(
    started,
    () => `${started.name} serves ${started.modelName}@${started.modelVersion} at ${started.url}`,
  );
  if (signal === undefined) return;
  cli.say('No Lathe was running, so this command serves until you press Ctrl+C.');
  if (!signal.aborted) await once(signal, 'abort');
  await client.serving.stop({ ...cli.inProject, endpoint: started.id });
  cli.say(`${started.name} stopped.`);
}

async function predict(cli: Cli, named: string, options: PredictOptions): Promise<void> {
  const client = await cli.client();
  const endpoint = await client.serving.get({ ...cli.inProject, endpoint: named });
  const rows = await rowsOf(cli, options);
  const { tensorsOf } = await import('./tensors.ts');
  const answer = await client.serving.predict({
    ...cli.inProject,
    endpoint: endpoint.id,
    inputs: tensorsOf(endpoint.signature, rows),
  });
  cli.print(answer, () => {
    const table = cli.table(
      [{ title: 'ROW', align: 'right' }, ...answer.outputs.map(({ name }) => name)],
      rows.map((_, row) => [
        String(row + 1),
        ...answer.outputs.map((output) => outputWords(output, row, endpoint.labels)),
      ]),
      '',
    );
    return `${table}\nanswered in ${durationWords(answer.durationMs)}`;
  });
}

async function rowsOf(cli: Cli, { row, file, data, rows }: PredictOptions): Promise<Row[]> {
  const sources = [row.length > 0, file !== undefined, data !== undefined].filter(Boolean).length;
  if (sources !== 1) {
    throw new AppError('INVALID_INPUT', 'The rows to predict come from exactly one place.', {
      nextStep: `Pass --row '{"column": value}', --file PATH or --data NAME.`,
    });
  }
  if (data !== undefined) {
    const preview = await (await cli.client()).datasets.preview({
      ...cli.inProject,
      ...parseDataRef(data),
      limit: rows,
    });
    return preview.rows.map((cells) =>
      Object.fromEntries(preview.columns.map(({ name }, column) => [name, cells[column] ?? null])),
    );
  }
  const { rowFromText, rowsFromFile } = await import('./rows.ts');
  return file === undefined ? row.map(rowFromText) : await rowsFromFile(cli.path(file));
}

/** One row of an output; of many values the three greatest, by their labels where these are known. */
function outputWords({ data, shape }: Tensor, row: number, labels: readonly string[] | null): string {
  const width = shape.slice(1).reduce((product, size) => product * size, 1);
  const values = data.slice(row * width, (row + 1) * width);
  if (values.length <= 1) return numberWords(values[0]);
  return values
    .map((value, index) => ({
      value: Number(value),
      label: labels?.length === width ? labels[index]! : String(index),
    }))
    .sort((a, b) => b.value - a.value)
    .slice(0, 3)
    .map(({ value, label }) => `${label} ${numberWords(value)}`)
    .join(', ');
}

function endpointTable(cli: Cli, endpoints: readonly Endpoint[]): string {
  return cli.table(
    ['ENDPOINT', 'STATE', 'MODEL', { title: 'ADDRESS', whole: true }, 'STARTED'],
    endpoints.map((each) => [
      each.name,
      each.state,
      `${each.modelName}@${each.modelVersion}`,
      each.url ?? '',
      timeWords(each.startedAt),
    ]),
    'No endpoints. Start one: lathe endpoint start MODEL',
  );
}
