import type {
  NumberAttribute,
  RunPredicate,
  TextAttribute,
  TextMatch,
} from '../../../contract/run-filter/index.ts';
import type { SqlValue } from '../../../kernel/ports/database.ts';
import { artifactLocationSql } from '../tracking/experiment-tracking.ts';
import { all, any, type Fragment, fragment, holds } from './fragment.ts';
import { hasParam, numberSql, PARAM_TEXT } from './param-sql.ts';

const tag = (key: string) => `(SELECT value FROM run_tags WHERE run_id = r.id AND key = '${key}')`;

/** Attributes that are texts; NULL where a run has none. Programs that log over the network put their commit into tags. */
export const textAttributes: Readonly<Record<TextAttribute, string>> = {
  id: 'r.id',
  name: 'r.name',
  experiment: 'e.name',
  template: 'r.template',
  target: 'r.target',
  user: `NULLIF(r.user_id, '')`,
  parent: 'r.parent_run_id',
  reproduces: 'r.reproduces',
  artifact_uri: `${artifactLocationSql} || '/' || r.id || '/artifacts'`,
  commit: `COALESCE(r.code ->> '$.git.commit', ${tag('mlflow.source.git.commit')})`,
  branch: `COALESCE(r.code ->> '$.git.branch', ${tag('mlflow.source.git.branch')})`,
};

/** What else an attribute answers to: an experiment or a run to its id and its name, a commit to its beginning. `?` is the value. */
const alsoEqual: Readonly<Partial<Record<TextAttribute, string>>> = {
  experiment: 'e.id = ?',
  parent: 'EXISTS (SELECT 1 FROM runs o WHERE o.id = r.parent_run_id AND o.name = ?)',
  reproduces: 'EXISTS (SELECT 1 FROM runs o WHERE o.id = r.reproduces AND o.name = ?)',
  commit: `substr(${textAttributes.commit}, 1, max(4, length(?))) = lower(?)`,
};

export const numberAttributes: Readonly<Record<NumberAttribute, string>> = {
  started: 'r.started_at',
  ended: 'r.ended_at',
  created: 'r.created_at',
  // As in run-view.ts: an imported run that began and ended at one moment says nothing of how long it took.
  duration: `CASE WHEN r.target = 'imported' AND r.ended_at = r.started_at THEN NULL
    ELSE COALESCE(r.ended_at, ?) - r.started_at END`,
};

export function attributeMatch(attribute: TextAttribute, match: TextMatch): Fragment {
  const expression = `(${textAttributes[attribute]})`;
  const also = alsoEqual[attribute];
  if (also !== undefined && (match.operator === '=' || match.operator === '!=')) {
    const values = new Array<SqlValue>(also.split('?').length - 1).fill(match.text);
    const equal = `${expression} = ? OR ${also}`;
    return match.operator === '='
      ? holds(equal, match.text, ...values)
      : holds(`${expression} IS NOT NULL AND (${equal}) IS NOT TRUE`, match.text, ...values);
  }
  if (also !== undefined && (match.operator === 'IN' || match.operator === 'NOT IN')) {
    const operator = match.operator === 'IN' ? '=' : '!=';
    const each = match.texts.map((text) => attributeMatch(attribute, { operator, text, number: null }));
    return match.operator === 'IN' ? any(each) : all(each);
  }
  const condition = textMatch(expression, match);
  return holds(condition.sql, ...condition.parameters);
}

export function numberMatch(predicate: Extract<RunPredicate, { kind: 'number' }>, nowMs: number): Fragment {
  const expression = `(${numberAttributes[predicate.attribute]})`;
  const bound = predicate.attribute === 'duration' ? [nowMs] : [];
  if (!('value' in predicate)) return fragment(`${expression} ${predicate.operator}`, ...bound);
  return holds(`${expression} ${predicate.operator} ?`, ...bound, predicate.value);
}

/** That a run has a parameter that fits. */
export function paramMatch(key: string, match: TextMatch): Fragment {
  // What is written as a number is met by other texts of the same number too.
  if (match.operator === '=' && match.number === null) return hasParam(key, match.text);
  return keyedMatch('run_params', PARAM_TEXT, key, match);
}

/** That a row with the key is there whose value, `text` of the row `x`, fits. */
export function keyedMatch(
  table: 'run_params' | 'run_tags',
  text: string,
  key: string,
  match: TextMatch,
): Fragment {
  const rows = `SELECT 1 FROM ${table} x WHERE x.run_id = r.id AND x.key = ?`;
  if (match.operator === 'IS NULL') return fragment(`NOT EXISTS (${rows})`, key);
  if (match.operator === 'IS NOT NULL') return fragment(`EXISTS (${rows})`, key);
  const inner = textMatch(`(${text})`, match);
  return fragment(`EXISTS (${rows} AND ${inner.sql})`, key, ...inner.parameters);
}

export function datasetMatch(key: 'name' | 'digest' | 'context', match: TextMatch): Fragment {
  const client = 'SELECT 1 FROM run_client_datasets l JOIN client_datasets d ON d.id = l.dataset_id';
  const own = 'SELECT 1 FROM run_inputs x WHERE x.run_id = r.id';
  const missing = match.operator === 'IS NULL';
  const wanted: TextMatch = missing ? { operator: 'IS NOT NULL' } : match;
  const negated = ({ sql, parameters }: Fragment) =>
    missing ? fragment(`NOT (${sql})`, ...parameters) : { sql, parameters };
  if (key === 'context') {
    const inner = textMatch(`(t.value ->> 'value')`, wanted);
    return negated(
      fragment(
        `EXISTS (${client}, json_each(l.tags) t WHERE l.run_id = r.id AND t.value ->> 'key' = 'mlflow.data.context' AND ${inner.sql})`,
        ...inner.parameters,
      ),
    );
  }
  const clients = textMatch(key === 'digest' ? 'd.digest' : 'd.name', wanted);
  const owns = textMatch(key === 'digest' ? 'x.digest' : 'x.dataset_name', wanted);
  return negated(
    any([
      fragment(`EXISTS (${client} WHERE l.run_id = r.id AND ${clients.sql})`, ...clients.parameters),
      fragment(`EXISTS (${own} AND ${owns.sql})`, ...owns.parameters),
    ]),
  );
}

/** LIKE heeds capitals whatever SQLite is set to, so it is written as GLOB. */
function textMatch(expression: string, match: TextMatch): Fragment {
  switch (match.operator) {
    case 'IS NULL':
    case 'IS NOT NULL':
      return fragment(`${expression} ${match.operator}`);
    case 'IN':
    case 'NOT IN':
      return fragment(
        `${expression} ${match.operator} (SELECT value FROM json_each(?))`,
        JSON.stringify(match.texts),
      );
    case 'LIKE':
    case 'NOT LIKE':
      return fragment(
        `${expression} ${match.operator === 'LIKE' ? 'GLOB' : 'NOT GLOB'} ?`,
        globOf(match.text),
      );
    case 'ILIKE':
    case 'NOT ILIKE':
      return fragment(`${expression} ${match.operator === 'ILIKE' ? 'LIKE' : 'NOT LIKE'} ?`, match.text);
  }
  const { operator, text, number } = match;
  if (number === null) return fragment(`${expression} ${operator} ?`, text);
  const asNumber = numberSql(expression);
  if (operator === '=') return fragment(`(${expression} = ? OR ${asNumber} = ?)`, text, number);
  if (operator === '!=') return fragment(`(${expression} <> ? AND (${asNumber}) IS NOT ?)`, text, number);
  return fragment(`${asNumber} ${operator} ?`, number);
}

function globOf(like: string): string {
  return like.replace(/[*?[]/g, '[$&]').replace(/%/g, '*').replace(/_/g, '?');
}
