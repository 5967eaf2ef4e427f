import {
  type FilterComparison,
  type FilterField,
  FilterSyntaxError,
  type FilterValue,
  type Order,
  parseFilter,
  parseOrder,
} from '../../contract/run-filter/index.ts';
import type { Comparator, Condition, SortKey } from '../../kernel/ports/tracking.ts';
import { invalid } from './mlflow-error.ts';

/** What a kind of thing can be searched by, and the words for what it cannot. */
export interface SearchTerms<Entity extends string> {
  /** The entity that a prefix means, undefined for one that means none; null is no prefix. */
  readonly entity: (prefix: string | null) => Entity | undefined;
  readonly unknownEntity: (prefix: string) => string;
  /** Kinds of values of the attributes that can be searched. */
  readonly attributes: Readonly<Record<string, 'text' | 'number'>>;
  readonly sortable: readonly string[];
  /** Attributes that can be compared with a list. */
  readonly listed: readonly string[];
  /** Other names of attributes. */
  readonly aliases?: Readonly<Record<string, string>>;
  readonly comparators: (entity: Entity, key: string) => readonly Comparator[];
  /** MLflow's server heeds the case of operators here. */
  readonly caseOfComparators?: boolean;
}

const NUMERIC: readonly Comparator[] = ['>', '>=', '!=', '=', '<', '<='];
const TEXT: readonly Comparator[] = ['!=', '=', 'LIKE', 'ILIKE', 'IN', 'NOT IN'];
const KEYED: readonly Comparator[] = ['!=', '=', 'LIKE', 'ILIKE', 'IS NULL', 'IS NOT NULL'];

export const comparators = { NUMERIC, TEXT, KEYED } as const;

/** The conditions that a filter states. @throws MlflowError */
export function readFilter<Entity extends string>(
  text: string,
  terms: SearchTerms<Entity>,
): Condition<Entity>[] {
  return syntax(() => parseFilter(text), `Invalid clause(s) in filter string: '${text}'.`).comparisons.map(
    (comparison) => toCondition(comparison, terms),
  );
}

/** The keys that entries of an order name. @throws MlflowError */
export function readOrder<Entity extends string>(
  entries: readonly string[],
  terms: SearchTerms<Entity>,
): SortKey<Entity>[] {
  return entries.map((entry) => {
    const { field, descending }: Order = syntax(
      () => parseOrder(entry),
      `Invalid order_by clause '${entry}'. Could not be parsed.`,
    );
    return { ...resolve(field, terms, terms.sortable), descending };
  });
}

/** MLflow's words first, then the place and what was expected there. */
function syntax<T>(parse: () => T, words: string): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof FilterSyntaxError) throw invalid(`${words} ${error.message}`);
    throw error;
  }
}

function resolve<Entity extends string>(
  { entity: prefix, key }: FilterField,
  terms: SearchTerms<Entity>,
  allowed: readonly string[],
): { entity: Entity; key: string } {
  const entity = terms.entity(prefix);
  if (entity === undefined) throw invalid(terms.unknownEntity(prefix ?? ''));
  if (entity === 'attribute' && !allowed.includes(key)) throw invalid(unknownKey('attribute', key, allowed));
  if (entity === 'dataset' && !DATASET_KEYS.includes(key))
    throw invalid(unknownKey('dataset', key, DATASET_KEYS));
  return { entity, key: entity === 'attribute' ? (terms.aliases?.[key] ?? key) : key };
}

const DATASET_KEYS: readonly string[] = ['name', 'digest', 'context'];

const unknownKey = (what: string, key: string, valid: readonly string[]): string =>
  `Invalid ${what} key '${key}' specified. Valid keys are '{${valid.map((each) => `'${each}'`).join(', ')}}'`;

function toCondition<Entity extends string>(
  { field, comparator, writtenComparator, value }: FilterComparison,
  terms: SearchTerms<Entity>,
): Condition<Entity> {
  const { entity, key } = resolve(field, terms, Object.keys(terms.attributes));
  const written = terms.caseOfComparators ? writtenComparator : comparator;
  const read = readValue(entity, key, value, terms);
  if (!(terms.comparators(entity, key) as readonly string[]).includes(written)) {
    throw invalid(
      value === null
        ? `IS NULL / IS NOT NULL is only supported for tags and params, not for '${entity}' '${key}'`
        : `Invalid comparator '${written}' not one of '{${terms
            .comparators(entity, key)
            .map((each) => `'${each}'`)
            .join(', ')}}'`,
    );
  }
  return { entity, key, comparator: comparator as Comparator, value: read };
}

function isNumeric<Entity extends string>(entity: Entity, key: string, terms: SearchTerms<Entity>): boolean {
  return entity === 'metric' || (entity === 'attribute' && terms.attributes[key] === 'number');
}

function readValue<Entity extends string>(
  entity: Entity,
  key: string,
  value: FilterValue | null,
  terms: SearchTerms<Entity>,
): Condition['value'] {
  if (value === null) return null;
  if (isNumeric(entity, key, terms)) {
    if (value.kind === 'number') return value.value;
    throw invalid(
      entity === 'metric'
        ? `Expected numeric value type for metric. Found ${value.raw}`
        : `Expected numeric value type for numeric attribute: ${key}. Found ${value.raw}`,
    );
  }
  if (value.kind === 'text') return value.text;
  if (value.kind === 'word') {
    throw invalid(
      `Parameter value is either not quoted or unidentified quote types used for string value ${value.raw}. Use either single or double quotes.`,
    );
  }
  if (value.kind === 'list' && (entity === 'attribute' || entity === 'dataset'))
    return readList(entity, key, value, terms);
  throw invalid(
    entity === 'attribute'
      ? `Expected a quoted string value for attributes. Got value ${value.raw}`
      : entity === 'dataset'
        ? `Expected a quoted string value for dataset attributes. Got value ${value.raw}`
        : `Expected a quoted string value for ${entity === 'param' ? 'parameter' : entity} (e.g. 'my-value'). Got value ${value.raw}`,
  );
}

function readList<Entity extends string>(
  entity: Entity,
  key: string,
  value: Extract<FilterValue, { kind: 'list' }>,
  { listed }: SearchTerms<Entity>,
): readonly string[] {
  if (entity === 'attribute' && !listed.includes(key)) {
    throw invalid(
      `Only [${listed.map((each) => `'${each}'`).join(', ')}] attributes support comparison with a list of quoted string values.`,
    );
  }
  if (value.items.length === 0) {
    throw invalid(
      'While parsing a list in the query, expected a non-empty list of string values, but got empty list',
    );
  }
  return value.items.map((item) => {
    if (item.kind === 'text') return item.text;
    throw invalid(
      `While parsing a list in the query, expected string value, punctuation, or whitespace, but got different type in list: ${value.raw}`,
    );
  });
}
