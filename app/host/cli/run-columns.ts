import { type RunField, RunFilterError, readRunField } from '../../contract/run-filter/index.ts';
import type { Run } from '../../contract/runs.contract.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Cli } from './cli.ts';
import { durationWords, numberWords, timeWords } from './terminal/words.ts';

/** Fields between commas; a comma in quotes belongs to a name. */
export function splitFields(text: string): string[] {
  return (text.match(/(?:[^,"`]|"[^"]*"|`[^`]*`)+/g) ?? []).map((field) => field.trim()).filter(Boolean);
}

export interface RunColumn {
  readonly title: string;
  readonly read: RunField;
}

/** @throws AppError INVALID_INPUT for a field that is unknown */
export function readColumns(text: string): RunColumn[] {
  return splitFields(text).map((title) => {
    try {
      return { title, read: readRunField(title) };
    } catch (error) {
      if (!(error instanceof RunFilterError)) throw error;
      throw new AppError('INVALID_INPUT', error.message, {
        nextStep: 'Columns are metrics.KEY, params.KEY, tags.KEY, or facts such as status and duration.',
        details: { column: title },
        cause: error,
      });
    }
  });
}

/** What the core is asked for; facts of a run always come. */
export const askedFields = (columns: readonly RunColumn[]): string[] =>
  columns.filter(({ read }) => read.kind !== 'attribute').map(({ title }) => title);

/** A table of runs with these columns between their names and ids. */
export function columnTable(cli: Cli, columns: readonly RunColumn[], runs: readonly Run[]): string {
  return cli.table(
    [
      'RUN',
      ...columns.map(({ title, read }) =>
        read.kind === 'metric' || read.kind === 'param' ? { title, align: 'right' as const } : title,
      ),
      { title: 'ID', whole: true },
    ],
    runs.map((run) => [run.name, ...columns.map(({ read }) => valueWords(run, read)), run.id]),
    'No runs.',
  );
}

function valueWords(run: Run, field: RunField): string {
  if (field.kind !== 'attribute') {
    const values = { metric: run.metrics, param: run.params, tag: run.tags }[field.kind];
    return Object.hasOwn(values, field.key) ? numberWords(values[field.key]) : '';
  }
  switch (field.attribute) {
    case 'experiment':
      return run.experimentName;
    case 'duration':
      return durationWords(run.durationMs);
    case 'started':
      return timeWords(run.startedAt);
    case 'ended':
      return timeWords(run.endedAt);
    case 'created':
      return timeWords(run.createdAt);
    case 'parent':
      return run.parentRunId ?? '';
    case 'reproduces':
      return run.reproducesRunId ?? '';
    case 'status':
    case 'name':
    case 'template':
    case 'target':
    case 'id':
      return run[field.attribute];
    case 'user':
    case 'artifact_uri':
    case 'commit':
    case 'branch':
      // A list of runs does not come with these.
      return '';
  }
}
