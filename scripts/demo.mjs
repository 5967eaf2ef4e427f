/** `npm run demo`: set up what is stale, then the whole main job on the sample data. */
import { main, runUnderNode24 } from './node24.mjs';
import { setUp } from './setup.mjs';

await main(async () => {
  await setUp({ targets: ['host', 'renderer'] });
  return await runUnderNode24('out/host/cli.js', ['demo', ...process.argv.slice(2)]);
});
