/**
 * `npm test [-- WORD…]`: the tests, without those of reliability where no word says which are meant; the words are vitest's.
 * LATHE_TEST_REQUIRE=browser,… turns the suites of a missing service from skipped into failed. The last line is
 * `N passed, N failed, N skipped`.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ensureBrowser } from './browser.mjs';
import { main, node24, root, runProgram } from './node24.mjs';
import { setUp } from './setup.mjs';

const report = path.join(root, 'out/test-report.json');

/** Count tests; a file that could not even be loaded is one failure. */
function count() {
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0 };
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
    readFileSync(report, 'utf8'),
  );
  const unloadable = testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((assertion) => assertion.status === 'failed'),
  );
  return {
    passed: numPassedTests,
    failed: numFailedTests + unloadable.length,
    skipped: numPendingTests + numTodoTests,
  };
}

await main(async () => {
  await setUp();
  const required = (process.env.LATHE_TEST_REQUIRE ?? '').split(',').map((name) => name.trim());
  const { browser, said } = ensureBrowser();
  if (said) console.error(said);
  if (!browser) {
    console.error(
      required.includes('browser')
        ? 'The browser tests are required and will fail.'
        : 'The browser tests are skipped.',
    );
  }
  const words = process.argv.slice(2);
  mkdirSync(path.dirname(report), { recursive: true });
  rmSync(report, { force: true });
  const code = await runProgram(
    node24(),
    [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...(words.length > 0 ? words : ['--project=unit', '--project=whole']),
    ],
    { env: { ...process.env, ...(browser && { LATHE_CHROMIUM: browser }) } },
  );
  const { passed, failed, skipped } = count();
  const broken = code !== 0 && failed === 0 ? 1 : failed;
  console.log(`${passed} passed, ${broken} failed, ${skipped} skipped`);
  return broken > 0 ? 1 : 0;
});
