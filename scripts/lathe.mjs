/** `npm run -s lathe -- ARGS`: set up what is stale, then the command line. */
import { main, runUnderNode24 } from './node24.mjs';
import { setUp } from './setup.mjs';

await main(async () => {
  await setUp({ targets: ['host', 'renderer'] });
  return await runUnderNode24('out/host/cli.js', process.argv.slice(2));
});
