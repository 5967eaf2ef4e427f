import type { Search } from '../../../kernel/ports/tracking.ts';
import { compare, compareKeyed, type Fragment } from '../../../storage/sql-comparison.ts';

type Entity = 'tag' | 'attribute';

/** What marks a model that is a prompt: such are found only by who asks for prompts. */
const PROMPT_TAG = 'mlflow.prompt.is_prompt';

const versionColumns: Readonly<Record<string, string>> = {
  name: 'm.name',
  version_number: 'v.version',
  run_id: 'v.run_id',
  source_path: 'v.source',
  creation_timestamp: 'v.created_at',
  last_updated_timestamp: 'v.updated_at',
};
const modelColumns: Readonly<Record<string, string>> = {
  name: 'm.name',
  timestamp: 'm.updated_at',
  creation_timestamp: 'm.created_at',
  last_updated_timestamp: 'm.updated_at',
};

/** The conditions, order and page of a search of models (`m`), as the end of a statement that has a WHERE. */
export function modelSearchSql(search: Search<Entity>, prompts: boolean): Fragment {
  return searchSql(search, prompts, modelColumns, ['model_tags', 'model_id', 'm.id'], ['m.name']);
}

/** The same of versions (`v`) with their models (`m`). */
export function versionSearchSql(search: Search<Entity>, prompts: boolean): Fragment {
  const tags = ['model_version_tags', 'version_id', 'v.id'] as const;
  return searchSql(search, prompts, versionColumns, tags, ['m.name', 'v.version DESC']);
}

function searchSql(
  { conditions, order, limit, offset }: Search<Entity>,
  prompts: boolean,
  columns: Readonly<Record<string, string>>,
  [table, owner, id]: readonly [string, string, string],
  last: readonly string[],
): Fragment {
  const isPrompt = `EXISTS (SELECT 1 FROM model_tags p WHERE p.model_id = m.id AND p.key = '${PROMPT_TAG}' AND p.value = 'true')`;
  const fragments = conditions
    .filter(({ entity, key }) => entity !== 'tag' || key !== PROMPT_TAG || prompts)
    .map((condition) =>
      condition.entity === 'attribute'
        ? compare(columns[condition.key]!, condition)
        : compareKeyed(table, id, owner, 'x.value', condition),
    );
  const by = [
    ...order.map(({ key, descending }) => `${columns[key]} ${descending ? 'DESC' : 'ASC'}`),
    ...last.filter((each) => !order.some(({ key }) => columns[key] === each.split(' ')[0])),
  ];
  const where = [prompts ? '1' : `NOT ${isPrompt}`, ...fragments.map(({ sql }) => sql)];
  return {
    sql: `AND ${where.map((each) => `(${each})`).join(' AND ')} ORDER BY ${by.join(', ')} LIMIT ? OFFSET ?`,
    parameters: [...fragments.flatMap(({ parameters }) => parameters), limit + 1, offset],
  };
}
