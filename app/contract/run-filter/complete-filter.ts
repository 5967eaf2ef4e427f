import { jobState } from '../jobs.contract.ts';
import { type CursorPlace, cursorPlace } from './cursor-place.ts';
import { fieldOf } from './field-of.ts';
import { quotedField } from './quoted-field.ts';
import { ATTRIBUTE_WORDS, attributeOf, entityOf, isNumberAttribute } from './run-fields.ts';

/** What the runs of a project have: see `runs.filterHelp`. */
export interface FilterCandidates {
  readonly keys: readonly {
    readonly kind: 'metric' | 'param' | 'tag' | 'data' | 'model';
    readonly key: string;
    readonly runs: number;
  }[];
  /** The most frequent values of fields, by the field as `valuesOf` names it. */
  readonly values: Readonly<Record<string, readonly { readonly value: string; readonly runs: number }[]>>;
}

export interface CompletionOption {
  readonly text: string;
  /** What it is: of a key, what runs have by it; a value is of runs, a word is of the language. */
  readonly kind: FilterCandidates['keys'][number]['kind'] | 'attribute' | 'operator' | 'value' | 'word';
  /** How many runs have the key or the value; null where runs are not counted. */
  readonly runs: number | null;
  /** In words for people. */
  readonly detail: string;
}

export interface Completion {
  /** What an option replaces: UTF-16 offsets, the end exclusive. */
  readonly from: number;
  readonly to: number;
  /** The likeliest first. */
  readonly options: readonly CompletionOption[];
  /** The field whose values belong here, such as `params.optimizer`; null where no values of runs do. */
  readonly valuesOf: string | null;
}

const MAX_OPTIONS = 50;

const entityWords = {
  metric: 'metrics',
  param: 'params',
  tag: 'tags',
  data: 'data',
  model: 'model',
} as const;

const said = (kind: CompletionOption['kind'], text: string, detail: string): CompletionOption => ({
  text,
  kind,
  runs: null,
  detail,
});
const counted = (kind: CompletionOption['kind'], text: string, runs: number): CompletionOption => ({
  text,
  kind,
  runs,
  detail: runs === 1 ? '1 run' : `${runs.toLocaleString('en')} runs`,
});

const attributeDetails: Readonly<Record<(typeof ATTRIBUTE_WORDS)[number], string>> = {
  status: 'queued, running, finished, failed, cancelled or lost',
  name: 'name of the run',
  experiment: 'name of its experiment',
  started: 'when it started, such as > -7d',
  ended: 'when it ended',
  created: 'when it was made',
  duration: 'how long it took, such as > 1h30m',
  template: 'template or script',
  target: 'where it ran',
  user: 'who ran it',
  parent: 'the run that it belongs to',
  reproduces: 'the run that it repeats',
  id: 'id of the run',
};

/** What may stand at the cursor of a filter that is being written. */
export function complete(text: string, cursor: number, candidates: FilterCandidates): Completion {
  const place = cursorPlace(text, cursor);
  const valuesOf = place.kind === 'value' ? valueField(place.field) : null;
  const options = ranked(optionsAt(place, candidates, valuesOf), place.typed).slice(0, MAX_OPTIONS);
  return { from: place.from, to: cursor, options, valuesOf };
}

function optionsAt(
  place: CursorPlace,
  candidates: FilterCandidates,
  valuesOf: string | null,
): CompletionOption[] {
  switch (place.kind) {
    case 'nothing':
      return [];
    case 'field':
      return [
        ...candidates.keys.map(({ kind, key, runs }) =>
          counted(kind, quotedField(entityWords[kind], key), runs),
        ),
        ...ATTRIBUTE_WORDS.map((name) => said('attribute', name, attributeDetails[name])),
        said('attribute', 'code.commit', 'the commit that it ran, or the beginning of it'),
        said('attribute', 'code.branch', 'the branch that it ran'),
        said('word', 'not', 'the contrary of what follows'),
      ];
    case 'joint':
      return joints;
    case 'operator':
      return [...operatorsOf(place.field), ...joints];
    case 'value':
      return valuesAt(place.field, valuesOf === null ? [] : (candidates.values[valuesOf] ?? []));
  }
}

const joints = [said('word', 'and', 'both must hold'), said('word', 'or', 'one must hold')];

const details: Readonly<Record<string, string>> = {
  '=': 'equal',
  '!=': 'not equal',
  '<': 'smaller',
  '<=': 'smaller or equal',
  '>': 'greater',
  '>=': 'greater or equal',
  like: "a pattern such as 'mlp%'",
  ilike: 'a pattern, whatever the capitals',
  in: 'one of a list',
  'is null': 'the run has none',
  'is not null': 'the run has one',
};

function operatorsOf(raw: string): CompletionOption[] {
  const field = fieldOf({ kind: 'word', raw, start: 0, end: raw.length });
  const entity = field.entity === null ? 'attribute' : entityOf(field.entity);
  const attribute = entity === 'attribute' ? attributeOf(field.key) : undefined;
  const numeric = entity === 'metric' || (attribute !== undefined && isNumberAttribute(attribute));
  const words =
    entity === undefined || entity === 'data' || entity === 'model' || (entity === 'attribute' && !attribute)
      ? []
      : attribute === 'status'
        ? ['=', '!=', 'in']
        : numeric
          ? ['<', '<=', '>', '>=', '=', '!=', 'is null', 'is not null']
          : [
              '=',
              '!=',
              ...(entity === 'param' || entity === 'tag' ? ['<', '<=', '>', '>='] : []),
              'like',
              'ilike',
              'in',
              'is null',
              'is not null',
            ];
  return words.map((text) => said('operator', text, details[text]!));
}

/** The field as `runs.filterHelp` takes it; null where values are no texts of runs. */
function valueField(raw: string): string | null {
  const field = fieldOf({ kind: 'word', raw, start: 0, end: raw.length });
  const entity = field.entity === null ? 'attribute' : entityOf(field.entity);
  if (entity === 'param' || entity === 'tag') return `${entityWords[entity]}.${field.key}`;
  const attribute = entity === 'attribute' ? attributeOf(field.key) : undefined;
  return attribute && ['name', 'experiment', 'template', 'target', 'user'].includes(attribute)
    ? attribute
    : null;
}

function valuesAt(raw: string, values: readonly { value: string; runs: number }[]): CompletionOption[] {
  const field = fieldOf({ kind: 'word', raw, start: 0, end: raw.length });
  const attribute =
    field.entity === null || entityOf(field.entity) === 'attribute' ? attributeOf(field.key) : undefined;
  if (attribute === 'status') return jobState.options.map((text) => said('value', text, ''));
  if (attribute === 'duration')
    return [said('value', '1m', 'a minute'), said('value', '1h', 'an hour'), said('value', '1d', 'a day')];
  if (attribute && isNumberAttribute(attribute))
    return [
      said('value', '-1h', 'an hour ago'),
      said('value', '-1d', 'a day ago'),
      said('value', '-7d', 'seven days ago'),
      said('value', '-30d', 'thirty days ago'),
      said('value', 'today', 'last midnight'),
    ];
  return values.map(({ value, runs }) => counted('value', quotedValue(value), runs));
}

/** A value in quotes where it would not be read as one word. */
function quotedValue(value: string): string {
  return /^[^\s()'"`,<>=!~]+$/.test(value) ? value : `'${value.replace(/'/g, "''")}'`;
}

/** Options that have what was typed in them: at the beginning, then after a dot, then anywhere. */
function ranked(options: readonly CompletionOption[], typed: string): CompletionOption[] {
  const wanted = typed.toLowerCase().replace(/["'`]/g, '');
  const rank = ({ text }: CompletionOption): number => {
    const plain = text.toLowerCase().replace(/["'`]/g, '');
    if (plain.startsWith(wanted)) return 0;
    if (plain.slice(plain.indexOf('.') + 1).startsWith(wanted)) return 1;
    return plain.includes(wanted) ? 2 : 3;
  };
  return options
    .map((option) => ({ option, rank: rank(option) }))
    .filter((each) => each.rank < 3)
    .sort((a, b) => a.rank - b.rank)
    .map(({ option }) => option);
}
