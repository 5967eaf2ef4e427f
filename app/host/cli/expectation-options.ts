import { type Command, Option } from 'commander';
import { dataCheck, type ExpectationDraft } from '../../contract/data-checks.contract.ts';
import { AppError } from '../../kernel/app-error.ts';
import { collectWords } from './parse.ts';

export interface CheckOptions {
  column: string[];
  type?: string;
  min?: string;
  max?: string;
  value: string[];
  pattern?: string;
  minRows?: string;
  minShare?: string;
  maxAge?: string;
  against?: string;
  statistic?: string;
  limit?: string;
  sql?: string;
  title?: string;
  others?: boolean;
  warn?: boolean;
}

/** What the checks take; which of them a check needs, the core says where one is missing. */
export function addCheckOptions(command: Command): Command {
  const add = (flags: string, description: string) => command.addOption(new Option(flags, description));
  command.addOption(
    new Option('--column <name>', 'column; name:type for schema (repeat for more)')
      .argParser(collectWords)
      .default([], 'none'),
  );
  add('--type <type>', 'column: integer, number, boolean, text or time');
  add('--min <value>', 'range and rows: the lowest');
  add('--max <value>', 'range and rows: the highest; missing: the greatest share, 0 to 1');
  command.addOption(
    new Option('--value <value>', 'values: one that is allowed (repeat for more)')
      .argParser(collectWords)
      .default([], 'none'),
  );
  add('--pattern <expression>', 'pattern: regular expression that the whole value matches');
  add('--min-rows <n>', 'classes: rows that every class has');
  add('--min-share <share>', 'classes: share of the rows that every class has');
  add('--max-age <duration>', 'fresh: for example 2d');
  add('--against <version>', 'drift: previous, a number or an alias');
  add('--statistic <name>', 'drift: psi, ks or chi-squared');
  add('--limit <number>', 'drift: psi and ks at most, p of chi-squared at least');
  add('--sql <query>', 'sql: gives a row of the table "data" for everything that is wrong');
  add('--title <words>', 'sql: what it checks');
  add('--others', 'schema: other columns may be there');
  add('--warn', 'only warn; without it the check blocks imports and runs');
  return command;
}

/** @throws AppError INVALID_INPUT naming the option that does not fit */
export function draftOf(kind: string, options: CheckOptions): ExpectationDraft {
  const parsed = dataCheck.safeParse({ kind, ...fieldsOf(kind, options) });
  if (parsed.success) return { severity: options.warn ? 'warn' : 'block', check: parsed.data };
  const issue = parsed.error.issues[0]!;
  const field = issue.path.map(String).join('.');
  throw new AppError(
    'INVALID_INPUT',
    field === 'kind'
      ? `There is no check "${kind}".`
      : `The check "${kind}" does not fit: ${field ? `${field}: ` : ''}${issue.message}.`,
    {
      nextStep:
        '`lathe data expect add --help` and docs/expectations-and-splits.md show what each check takes.',
      details: { field: field || null },
    },
  );
}

function fieldsOf(kind: string, options: CheckOptions): Record<string, unknown> {
  const [column] = options.column;
  const given = (fields: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  switch (kind) {
    case 'schema':
      return { columns: options.column.map(typedColumn), others: options.others === true };
    case 'column':
      return given({ column, type: options.type });
    case 'range':
      return given({ column, min: numberOrText(options.min), max: numberOrText(options.max) });
    case 'unique':
      return { columns: options.column };
    case 'values':
      return { column, values: options.value };
    case 'pattern':
      return given({ column, pattern: options.pattern });
    case 'missing':
      return given({ column, max: options.max === undefined ? 0 : Number(options.max) });
    case 'rows':
      return given({ min: number(options.min), max: number(options.max) });
    case 'classes':
      return given({ column, minRows: number(options.minRows), minShare: number(options.minShare) });
    case 'fresh':
      return given({ column, maxAge: options.maxAge });
    case 'drift':
      return given({
        column,
        against: options.against === undefined ? 'previous' : numberOrText(options.against),
        statistic: options.statistic ?? 'psi',
        limit: number(options.limit) ?? 0.2,
      });
    case 'sql':
      return given({ name: options.title ?? 'own query', sql: options.sql });
    default:
      return {};
  }
}

/** `age:integer`; the type is behind the last colon. */
function typedColumn(text: string): { name: string; type: string } {
  const colon = text.lastIndexOf(':');
  return { name: text.slice(0, Math.max(colon, 0)), type: text.slice(colon + 1) };
}

const number = (text: string | undefined) => (text === undefined ? undefined : Number(text));

function numberOrText(text: string | undefined): number | string | undefined {
  return text !== undefined && text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}
