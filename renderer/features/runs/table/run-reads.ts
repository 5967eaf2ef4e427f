import type { Inputs } from '../../../../app/contract/index.ts';
import { quotedField } from '../../../../app/contract/run-filter/index.ts';
import type { Run } from '../../../../app/contract/runs.contract.ts';
import { client } from '../../../client/orpc.ts';

/** Which runs, in which order. */
export type RunsAsked = Omit<Inputs['runs']['ids'], 'limit'>;

type RunId = Run['id'];

/** The most that the core gives in one call. */
const pageRows = 1000;
/** The most ids that it gives in one call. */
const mostIds = 100_000;
/** Ids that a filter has room for. */
const idsInFilter = 200;

/** All runs that are asked for, page by page, with the named metrics, parameters and tags only; without names, with all. */
export async function readRuns(asked: RunsAsked, fields?: readonly string[]): Promise<Run[]> {
  const runs: Run[] = [];
  for (;;) {
    const page = await client.runs.list({
      ...asked,
      ...(fields && { fields: [...fields] }),
      limit: pageRows,
      offset: runs.length,
    });
    runs.push(...page.runs);
    if (page.runs.length === 0 || runs.length >= page.total) return runs;
  }
}

/** Ids of all runs that are asked for, in order. */
export async function readRunIds(asked: RunsAsked): Promise<RunId[]> {
  return (await client.runs.ids({ ...asked, limit: mostIds })).ids;
}

/** Filters that find exactly these runs together, each of a length that the core takes. */
export function filtersOfIds(ids: readonly RunId[]): string[] {
  return Array.from({ length: Math.ceil(ids.length / idsInFilter) }, (_, part) => {
    const some = ids.slice(part * idsInFilter, (part + 1) * idsInFilter);
    return `id in (${some.map((id) => `'${id}'`).join(', ')})`;
  });
}

/** These runs as they are now, in the order of the ids; deleted ones are left out. */
export async function readRunsById(ids: readonly RunId[], fields: readonly string[]): Promise<Run[]> {
  const found = new Map<RunId, Run>();
  for (const filter of filtersOfIds(ids)) {
    for (const run of await readRuns({ filter }, fields)) found.set(run.id, run);
  }
  return ids.flatMap((id) => found.get(id) ?? []);
}

/** The value of a tag by run, of all runs that have it. */
export async function readTag(key: string): Promise<ReadonlyMap<RunId, string>> {
  const field = quotedField('tags', key);
  const runs = await readRuns({ filter: `${field} is not null` }, [field]);
  return new Map(runs.map(({ id, tags }) => [id, tags[key] ?? '']));
}
