import fs from 'node:fs';
import path from 'node:path';
import { claimRunFolder, ownsRunFolder } from './claim.ts';
import { runTraining } from './run-training.ts';

/** How often the folder is looked at: for the file `cancel`, the way to stop where there are no signals, and for itself. */
const LOOK_MS = 200;

/** `train.worker.ts <run folder>`: one run, from its spec to its exit sentinel. The process does nothing else. */
async function main(runFolder: string): Promise<void> {
  claimRunFolder(runFolder);
  const abort = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => abort.abort());
  const lookAtFolder = () => {
    if (!ownsRunFolder(runFolder)) {
      process.stderr.write('the run folder is gone or was taken over; nothing is left to do\n');
      process.exit(4);
    }
    if (fs.existsSync(path.join(runFolder, 'cancel'))) abort.abort();
  };
  lookAtFolder();
  setInterval(lookAtFolder, LOOK_MS);
  const { state } = await runTraining(runFolder, abort.signal, {
    say: (line) => process.stdout.write(`${line}\n`),
    complain: (line) => process.stderr.write(`${line}\n`),
  });
  // Sessions and DuckDB leave threads behind that would keep the process.
  process.exit(state === 'failed' ? 1 : 0);
}

await main(path.resolve(process.argv[2]!));
