/** `npm run bench [NAME…]`: run the benchmarks of test/bench, print a table and write JSON to out/bench. */
import { main, root, runUnderNode24 } from './node24.mjs';
import { setUp } from './setup.mjs';

await main(async () => {
  await setUp();
  return await runUnderNode24('test/bench/run.ts', process.argv.slice(2), root);
});
