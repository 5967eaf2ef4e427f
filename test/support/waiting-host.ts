import { once } from 'node:events';
import module from 'node:module';
import { serve } from '../../app/host/serve.ts';

/**
 * A host that has loaded its program and touches nothing before it is told to: `waiting-host.ts <workspace> <port>` says
 * "waiting", and once a line comes it serves, as `lathe serve` does. See `startWaitingHost` for the side that tells it.
 */
const [workspace, port] = process.argv.slice(2);
// One that is killed keeps none of the code that it compiled; the next is to find it.
module.flushCompileCache();
process.stdout.write('waiting\n');
await once(process.stdin, 'data');
const { tokenUrl } = await serve({
  workspace: workspace!,
  host: '127.0.0.1',
  port: Number(port),
  inferencePort: 0,
});
process.stdout.write(`Lathe is open at ${tokenUrl}\n`);
