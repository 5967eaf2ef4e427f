import os from 'node:os';
import path from 'node:path';
import type { CheckoutResult, DatasetVersion } from '../../contract/datasets.contract.ts';
import type { Job } from '../../contract/jobs.contract.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Core } from '../../kernel/core.ts';
import type { DataStore } from '../../kernel/ports/data-store.ts';
import { WorkMeter } from '../../storage/work-meter.ts';
import type { Checkouts } from './checkout.ts';

interface CheckoutParts {
  readonly core: Core;
  readonly store: Pick<DataStore, 'checkout'>;
  readonly checkouts: Pick<Checkouts, 'find'>;
}

/**
 * Write a version into a folder of the user's, as a job. If its files are in the workspace already, because a run read them, they may be cloned.
 *
 * @throws AppError INVALID_INPUT at once for a folder that is relative, or that holds the workspace or lies in it
 */
export function checkOutElsewhere(
  { core, store, checkouts }: CheckoutParts,
  version: DatasetVersion,
  {
    folder: given,
    prefix,
    existing,
  }: {
    readonly folder: string;
    readonly prefix: string;
    readonly existing: 'refuse' | 'update' | 'overwrite';
  },
): Job {
  const folder = folderFor(given, core.folders.root);
  const title = `Check out ${version.datasetName}@${version.version}`;
  return core.jobs.start({ kind: 'dataset.checkout', title }, async ({ signal, progress }) => {
    const meter = new WorkMeter(core.clock, progress);
    const twin = checkouts.find(version.digest);
    const written = await store.checkout(
      {
        ...{ manifest: version.digest, folder, sealed: false, existing },
        ...(prefix !== '' && { prefix }),
        ...(twin !== null && { twin }),
      },
      { signal, onProgress: meter.store },
    );
    return { version, folder, ...written } satisfies CheckoutResult;
  });
}

function folderFor(given: string, workspace: string): string {
  const expanded = given === '~' || given.startsWith('~/') ? path.join(os.homedir(), given.slice(1)) : given;
  if (!path.isAbsolute(expanded) || expanded.includes('\0')) {
    throw new AppError('INVALID_INPUT', `"${given}" is not an absolute path.`, {
      nextStep: 'Give the whole path of the folder, for example /home/you/data.',
      details: { path: given },
    });
  }
  const folder = path.resolve(expanded);
  const holds = (outer: string, inner: string) => `${inner}${path.sep}`.startsWith(`${outer}${path.sep}`);
  if (holds(folder, workspace) || holds(workspace, folder)) {
    throw new AppError('INVALID_INPUT', `${folder} holds the workspace, or lies in it.`, {
      nextStep: 'Choose a folder outside of the workspace.',
      details: { path: folder },
    });
  }
  return folder;
}
