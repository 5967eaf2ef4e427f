import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { errorTable } from '../../app/contract/errors.ts';

/** docs/errors.md, made from the error table; run as a program this writes it, and the test beside it compares. */
const page = path.resolve(import.meta.dirname, '../../docs/errors.md');
const retryWords = { never: 'no', now: 'at once', later: 'later' };

export function errorsPage(): string {
  const rows = Object.entries(errorTable).map(
    ([code, { title, nextStep, status, exitCode, retry }]) =>
      `| \`${code}\` | ${title} | ${nextStep} | ${status} | ${exitCode} | ${retryWords[retry]} |`,
  );
  return `# Errors

<!-- Written by \`npm run docs\` from app/contract/errors.ts; change the table there. -->

Every fault that Lathe declares has a code. The same code reaches you on screen, as \`error.code\` of \`--json\`, and in
the body of an HTTP answer. The next step is the general one; most messages carry one that fits the place better.
The last column says whether the same request, sent again unchanged, can succeed.

| code | what it says | next step | HTTP status | exit code | repeat |
|---|---|---|---|---|---|
${rows.join('\n')}

With \`--json\` a command that fails prints exactly one document on standard output:

\`\`\`json
{ "error": { "code": "NOT_FOUND", "message": "…", "nextStep": "…" } }
\`\`\`

\`BUG\` is a mistake of ours. Its message carries an incident id; the file in \`logs/\` of the workspace has the details.
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(page, errorsPage());
