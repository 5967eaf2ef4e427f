import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export type BuildTarget = 'host' | 'renderer' | 'electron';

/** Build what is stale of the named targets, so that a suite never tests yesterday's bundles. */
export function ensureBuilt(...targets: readonly BuildTarget[]): void {
  const script = fileURLToPath(new URL('../../scripts/build.mjs', import.meta.url));
  execFileSync(process.execPath, [script, ...targets], { stdio: ['ignore', 'ignore', 'inherit'] });
}
