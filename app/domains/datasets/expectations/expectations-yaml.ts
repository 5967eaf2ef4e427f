import { parseDocument, stringify } from 'yaml';
import { z } from 'zod';
import { type ExpectationDraft, expectationDraft } from '../../../contract/data-checks.contract.ts';
import { AppError } from '../../../kernel/app-error.ts';

/** Version of the file's format. */
const FORMAT = 1;

const file = z.strictObject({
  'lathe-expectations': z.literal(FORMAT),
  expectations: z.array(z.record(z.string(), z.unknown())).max(20_000),
});

/** Expectations as a file that people read and keep beside their data: each check with its severity among its fields. */
export function expectationsYaml(drafts: readonly ExpectationDraft[]): string {
  return stringify(
    {
      'lathe-expectations': FORMAT,
      expectations: drafts.map(({ severity, check: { kind, ...rest } }) => ({
        check: kind,
        severity,
        ...rest,
      })),
    },
    { lineWidth: 100 },
  );
}

/** @throws AppError DATA_MALFORMED naming the line for what is not YAML, INVALID_INPUT naming the entry and field that does not fit */
export function parseExpectations(text: string): ExpectationDraft[] {
  const document = parseDocument(text, { prettyErrors: true });
  const [fault] = document.errors;
  if (fault) {
    throw new AppError(
      'DATA_MALFORMED',
      `The expectations are not valid YAML: ${fault.message.split('\n')[0]}`,
      {
        nextStep: 'Correct the line named in the message.',
        details: { line: fault.linePos?.[0].line ?? null },
      },
    );
  }
  // An alias may stand for much more than it says; expectations need few.
  const parsed = file.safeParse(document.toJS({ maxAliasCount: 50 }));
  if (!parsed.success) {
    throw new AppError('INVALID_INPUT', `This is no file of expectations: ${where(parsed.error)}.`, {
      nextStep:
        'It begins with "lathe-expectations: 1" and has a list "expectations"; an export shows the form.',
    });
  }
  return parsed.data.expectations.map(({ check, severity, ...rest }, index) => {
    const draft = expectationDraft.safeParse({
      ...(severity !== undefined && { severity }),
      check: { kind: check, ...rest },
    });
    if (draft.success) return draft.data;
    throw new AppError(
      'INVALID_INPUT',
      `Expectation ${index + 1} (${String(check)}) does not fit: ${where(draft.error)}.`,
      {
        nextStep: 'See docs/expectations-and-splits.md for the checks and their fields.',
        details: { expectation: index + 1 },
      },
    );
  });
}

function where(error: z.ZodError): string {
  const issue = error.issues[0]!;
  const place = issue.path.filter((key) => key !== 'check').join('.');
  return place === '' ? issue.message : `${place}: ${issue.message}`;
}
