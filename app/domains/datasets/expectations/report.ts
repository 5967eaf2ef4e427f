import { createHash } from 'node:crypto';
import type {
  CheckOutcome,
  CheckReport,
  Expectation,
  ExpectationDraft,
} from '../../../contract/data-checks.contract.ts';
import { AppError } from '../../../kernel/app-error.ts';

const SHOWN_OUTCOMES = 3;
const SHOWN_EXAMPLES = 3;

/** Names a set of checks, whatever their order and ids. */
export function revisionOf(drafts: readonly ExpectationDraft[]): string {
  const words = drafts.map(({ severity, check }) => JSON.stringify([severity, check])).sort();
  return createHash('sha256').update(words.join('\n')).digest('hex').slice(0, 16);
}

export function reportOf(
  facts: Pick<CheckReport, 'digest' | 'versionId' | 'trigger' | 'at' | 'rows'>,
  drafts: readonly (ExpectationDraft & { readonly id?: Expectation['id'] })[],
  judgements: readonly Omit<CheckOutcome, 'expectationId'>[],
): CheckReport {
  const outcomes = judgements.map((judgement, index) => ({
    expectationId: drafts[index]!.id ?? null,
    ...judgement,
  }));
  const unmet = outcomes.filter(({ state }) => state !== 'passed');
  return {
    ...facts,
    revision: revisionOf(drafts),
    outcomes,
    blocked: unmet.some(({ severity }) => severity === 'block'),
    failed: unmet.length,
  };
}

/** Whether a check says the same of the same content for ever. */
export function isTimeless({ check }: ExpectationDraft): boolean {
  return check.kind !== 'fresh' && !(check.kind === 'drift' && typeof check.against !== 'number');
}

/** A few of what did not pass, in one line for each: which check, what was found, examples. */
export function unmetWords(report: CheckReport, severity: CheckOutcome['severity']): string[] {
  const unmet = report.outcomes.filter(
    (outcome) => outcome.state !== 'passed' && outcome.severity === severity,
  );
  const lines = unmet
    .slice(0, SHOWN_OUTCOMES)
    .map((outcome) => `${outcome.title}: ${outcome.message}${exampleWords(outcome)}`);
  return unmet.length > SHOWN_OUTCOMES ? [...lines, `and ${unmet.length - SHOWN_OUTCOMES} more`] : lines;
}

function exampleWords({ examples }: CheckOutcome): string {
  if (examples.length === 0) return '';
  const words = examples.slice(0, SHOWN_EXAMPLES).map(({ row, cells }) => {
    const values = Object.entries(cells).map(([name, cell]) => `${name} = ${JSON.stringify(cell)}`);
    return `${row === null ? '' : `row ${row}: `}${values.join(', ')}`;
  });
  const counted = examples[0]!.row === null ? '' : 'rows are counted from 0; ';
  return ` (${counted}${words.join('; ')})`;
}

/** @param stops what does not happen: `No version was made.` */
export function checkFailed(name: string, report: CheckReport, stops: string, nextStep: string): AppError {
  const blocking = report.outcomes.filter(
    ({ state, severity }) => state !== 'passed' && severity === 'block',
  );
  return new AppError(
    'CHECK_FAILED',
    `${stops} ${blocking.length} of ${report.outcomes.length} checks of "${name}" ${blocking.length === 1 ? 'blocks' : 'block'}: ${unmetWords(report, 'block').join(' · ')}`,
    {
      nextStep,
      details: {
        dataset: name,
        failed: blocking.length,
        check: blocking[0]?.title ?? null,
        rows: blocking[0]?.failedRows ?? null,
      },
    },
  );
}
