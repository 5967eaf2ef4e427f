import fs from 'node:fs';
import path from 'node:path';
import type { Digest } from '../../contract/ids.ts';
import type { DoctorCheck } from '../../contract/system.contract.ts';
import type { Interpreter } from '../../contract/targets.contract.ts';
import type { TargetDriver } from '../../domains/targets/index.ts';
import type { Executor } from '../../executors/executor.ts';
import { AppError } from '../../kernel/app-error.ts';
import { folderLeftovers } from './folder-leftovers.ts';

/** Programs of this machine. What they leave: the environments that were made for them, and the data that was laid out. */
export function processDriver(parts: {
  readonly executor: Executor;
  readonly environments: string;
  /** Folder of the data that was laid out, one folder for each version by its digest. */
  readonly checkouts: string;
  readonly interpreters: () => Promise<Interpreter[]>;
  readonly removeCheckout: (digest: Digest) => Promise<void>;
  /** Whether any program of this machine is queued or running. */
  readonly busy: () => boolean;
}): TargetDriver {
  async function leftovers() {
    return [
      ...(await folderLeftovers(parts.environments, 'environment', firstRequirements, parts.busy)),
      ...(await folderLeftovers(
        parts.checkouts,
        'checkout',
        async (folder) => `data ${path.basename(folder).slice(0, 12)}`,
        parts.busy,
      )),
    ];
  }

  return {
    executor: parts.executor,
    local: true,
    check: async () => [await pythonCheck(parts.interpreters)],
    leftovers,
    async removeLeftovers(ids) {
      const found = (await leftovers()).filter(({ id }) => ids.includes(id));
      const used = found.find(({ inUse }) => inUse);
      if (used) {
        throw new AppError('IN_USE', `A run that is queued or running may need ${used.name}.`, {
          nextStep: 'Remove it when no program waits or runs.',
          details: { leftover: used.id },
        });
      }
      for (const { id, kind } of found) {
        const name = id.slice(kind.length + 1);
        if (kind === 'checkout') await parts.removeCheckout(name as Digest);
        // The name was listed from this folder a moment ago.
        else
          await fs.promises.rm(path.join(parts.environments, path.basename(name)), {
            recursive: true,
            force: true,
          });
      }
      return {
        removed: found.map(({ id }) => id),
        freedBytes: found.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0),
      };
    },
  };
}

async function pythonCheck(interpreters: () => Promise<Interpreter[]>): Promise<DoctorCheck> {
  const found = await interpreters();
  const [first] = found;
  return {
    id: 'python',
    title: 'Python',
    state: first ? 'ok' : 'warning',
    value: first
      ? `${first.version} (${first.path})${found.length > 1 ? ` and ${found.length - 1} more` : ''}`
      : 'none found',
    nextStep: first ? null : 'Install Python 3.8 or newer; programs in other languages run without it.',
  };
}

/** What an environment is for, as people know it: the first lines of its requirements. */
async function firstRequirements(folder: string): Promise<string> {
  const text = await fs.promises.readFile(path.join(folder, 'requirements.txt'), 'utf8').catch(() => '');
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.length === 0
    ? `environment ${path.basename(folder).slice(0, 8)}`
    : `${lines.slice(0, 4).join(', ')}${lines.length > 4 ? ` and ${lines.length - 4} more` : ''}`;
}
