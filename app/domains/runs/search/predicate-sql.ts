import type { RunPredicate } from '../../../contract/run-filter/index.ts';
import type { SqlValue } from '../../../kernel/ports/database.ts';
import { all, any, type Fragment, fragment } from './fragment.ts';
import { attributeMatch, datasetMatch, keyedMatch, numberMatch, paramMatch } from './match-sql.ts';
import { PARAM_TEXT } from './param-sql.ts';

/**
 * SQL that is 1 for the runs (`r`, with their experiment as `e`) that fulfil a predicate and 0 for all others. Everything that a
 * user wrote is a bound value.
 *
 * @param nowMs what running runs' durations are counted to
 */
export function predicateSql(predicate: RunPredicate, nowMs: number): Fragment {
  switch (predicate.kind) {
    case 'all':
      return all(cheapestFirst(predicate.parts).map((part) => predicateSql(part, nowMs)));
    case 'any':
      return any(cheapestFirst(predicate.parts).map((part) => predicateSql(part, nowMs)));
    case 'not': {
      const part = predicateSql(predicate.part, nowMs);
      return fragment(`NOT (${part.sql})`, ...part.parameters);
    }
    case 'text':
      return textSql(predicate.text);
    case 'metric':
      return metricSql(predicate);
    case 'param':
      return paramMatch(predicate.key, predicate.match);
    case 'tag':
      return keyedMatch('run_tags', 'x.value', predicate.key, predicate.match);
    case 'attribute':
      return attributeMatch(predicate.attribute, predicate.match);
    case 'number':
      return numberMatch(predicate, nowMs);
    case 'status':
      return fragment('r.status IN (SELECT value FROM json_each(?))', JSON.stringify(predicate.states));
    case 'data':
      return dataSql(predicate.name, predicate.version);
    case 'dataset':
      return datasetMatch(predicate.key, predicate.match);
    case 'model':
      return modelSql(predicate.name, predicate.version);
  }
}

/** SQLite looks at conditions in the order they stand, and at no more than it needs to. */
function cheapestFirst(parts: readonly RunPredicate[]): RunPredicate[] {
  return parts.toSorted((a, b) => cost(a) - cost(b));
}

/** Roughly, in rows that are looked at for one run. */
function cost(predicate: RunPredicate): number {
  switch (predicate.kind) {
    case 'all':
    case 'any':
      return predicate.parts.reduce((sum, part) => sum + cost(part), 0);
    case 'not':
      return cost(predicate.part);
    case 'status':
    case 'number':
    case 'attribute':
      return 0;
    case 'text':
      return 100;
    default:
      return 1;
  }
}

/** SQLite folds the case of ASCII letters only; other letters are looked for as typed, small and capital. */
function textSql(text: string): Fragment {
  const spellings = new Set([
    text,
    ...(/[^\p{ASCII}]/u.test(text) ? [text.toLowerCase(), text.toUpperCase()] : []),
  ]);
  return any(
    [...spellings].map((spelling) => {
      const like = `%${spelling.replace(/[\\%_]/g, '\\$&')}%`;
      const matches = (expression: string) => `${expression} LIKE ? ESCAPE '\\'`;
      return fragment(
        `${matches('r.name')} OR ${matches('e.name')} OR ${matches('r.template')}
         OR EXISTS (SELECT 1 FROM run_tags x WHERE x.run_id = r.id AND ${matches("(x.key || '=' || x.value)")})
         OR EXISTS (SELECT 1 FROM run_params x WHERE x.run_id = r.id AND ${matches(`(x.key || '=' || ${PARAM_TEXT})`)})`,
        ...new Array<string>(5).fill(like),
      );
    }),
  );
}

/** NULL stands for NaN. */
function metricSql(predicate: Extract<RunPredicate, { kind: 'metric' }>): Fragment {
  const having = (condition: string, ...values: SqlValue[]) =>
    fragment(
      `EXISTS (SELECT 1 FROM metric_keys x WHERE x.run_id = r.id AND x.key = ?${condition && ` AND ${condition}`})`,
      predicate.key,
      ...values,
    );
  switch (predicate.operator) {
    case 'IS NULL': {
      const has = having('');
      return fragment(`NOT ${has.sql}`, ...has.parameters);
    }
    case 'IS NOT NULL':
      return having('');
    case 'IN':
    case 'NOT IN': {
      const numbers = predicate.values.filter((value) => !Number.isNaN(value));
      const isOne = [
        ...numbers.map(() => 'x.last_value = ?'),
        ...(numbers.length < predicate.values.length ? ['x.last_value IS NULL'] : []),
      ].join(' OR ');
      return having(
        predicate.operator === 'IN' ? `(${isOne}) IS TRUE` : `(${isOne}) IS NOT TRUE`,
        ...numbers,
      );
    }
    case '!=':
      return Number.isNaN(predicate.value)
        ? having('x.last_value IS NOT NULL')
        : having('x.last_value IS NOT ?', predicate.value);
    default:
      if (!Number.isNaN(predicate.value))
        return having(`x.last_value ${predicate.operator} ?`, predicate.value);
      return having(predicate.operator === '=' ? 'x.last_value IS NULL' : '0');
  }
}

/** Data sets of Lathe, and those that a client named. */
function dataSql(name: string, version: string | null): Fragment {
  const own = /^[1-9]\d{0,14}$/.test(version ?? '') ? Number(version) : null;
  const client = `SELECT 1 FROM run_client_datasets l JOIN client_datasets d ON d.id = l.dataset_id WHERE l.run_id = r.id AND d.name = ?`;
  if (version === null) {
    return any([
      fragment('EXISTS (SELECT 1 FROM run_inputs x WHERE x.run_id = r.id AND x.dataset_name = ?)', name),
      fragment(`EXISTS (${client})`, name),
    ]);
  }
  return any([
    fragment(
      'EXISTS (SELECT 1 FROM run_inputs x WHERE x.run_id = r.id AND x.dataset_name = ? AND (x.version = ? OR x.digest = ?))',
      name,
      own,
      version,
    ),
    fragment(`EXISTS (${client} AND d.digest = ?)`, name, version),
  ]);
}

function modelSql(name: string, version: number | null): Fragment {
  const registered = `SELECT 1 FROM model_versions v JOIN models m ON m.id = v.model_id
    WHERE v.run_id = r.id AND v.deleted_at IS NULL AND m.name = ?`;
  if (version !== null) return fragment(`EXISTS (${registered} AND v.version = ?)`, name, version);
  return any([
    fragment(`EXISTS (${registered})`, name),
    fragment(
      'EXISTS (SELECT 1 FROM logged_models x WHERE x.source_run_id = r.id AND x.deleted_at IS NULL AND x.name = ?)',
      name,
    ),
  ]);
}
