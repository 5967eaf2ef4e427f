import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { AppError, fromSystemError } from '../../kernel/app-error.ts';
import { writeFileDurably } from '../../kernel/durable-file.ts';
import { keyRecipe } from './passphrase-box.ts';

const FILE = 'credentials.json';

const stored = z.object({
  version: z.literal(1),
  /** Present once a passphrase was chosen; `check` is a text that only its key opens. */
  passphrase: z.object({ recipe: keyRecipe, check: z.base64() }).nullable(),
  entries: z.record(
    z.string(),
    z.object({
      protection: z.enum(['keyring', 'passphrase']),
      sealed: z.base64(),
      createdAt: z.number().int(),
    }),
  ),
});
export type StoredCredentials = z.infer<typeof stored>;

const nothing: StoredCredentials = { version: 1, passphrase: null, entries: {} };

/** Sealed secrets in `auth/credentials.json`, readable by its owner only. */
export function createCredentialFile(authFolder: string) {
  const filePath = path.join(authFolder, FILE);
  let last: Promise<unknown> = Promise.resolve();

  /** @throws AppError WORKSPACE_DAMAGED */
  async function read(): Promise<StoredCredentials> {
    let text: string;
    try {
      text = await fs.promises.readFile(filePath, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return nothing;
      throw fromSystemError(error, filePath);
    }
    try {
      return stored.parse(JSON.parse(text));
    } catch (error) {
      throw new AppError('WORKSPACE_DAMAGED', `${filePath} is damaged: the secrets in it cannot be read.`, {
        nextStep: 'Move the file away and set the credentials again.',
        details: { path: filePath },
        cause: error,
      });
    }
  }

  return {
    read,
    /** Changes are made one after the other, each on what the one before wrote. */
    change(make: (current: StoredCredentials) => StoredCredentials): Promise<StoredCredentials> {
      const changed = last.then(async () => {
        const next = make(await read());
        await writeFileDurably(filePath, `${JSON.stringify(next, null, 2)}\n`, 0o600).catch(
          (error: unknown) => {
            throw fromSystemError(error, filePath);
          },
        );
        return next;
      });
      last = changed.catch(() => {});
      return changed;
    },
  };
}
