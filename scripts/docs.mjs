/** `npm run docs`: write the pages of docs/ that are made from the contract anew. */
import { main, node24, runProgram } from './node24.mjs';
import { setUp } from './setup.mjs';

await main(async () => {
  await setUp({ targets: [] });
  for (const file of ['test/architecture/errors-page.ts', 'app/host/transports/write-openapi.ts']) {
    const code = await runProgram(node24(), [file]);
    if (code !== 0) return code;
  }
  console.log('Written: docs/errors.md, docs/openapi.json.');
  return 0;
});
