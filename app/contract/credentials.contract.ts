import { z } from 'zod';
import { objectName } from './ids.ts';
import { procedure } from './procedure.ts';
import { epochMs } from './wire.ts';

/** A secret of this workspace. Its value is never told: it goes in, and only sources and targets that name it get it. */
export const credential = z.object({
  name: z.string(),
  /** Sealed by the system's keyring, or by a key made from the passphrase. */
  protection: z.enum(['keyring', 'passphrase']),
  createdAt: epochMs,
});
export type Credential = z.infer<typeof credential>;

export const credentialStatus = z.object({
  /** How a new secret would be kept. */
  protection: z.enum(['keyring', 'passphrase']),
  /** Whether the passphrase has to be given before secrets can be kept or used. */
  locked: z.boolean(),
  /** Whether a passphrase was chosen; where none was, the first `unlock` chooses it. */
  hasPassphrase: z.boolean(),
});
export type CredentialStatus = z.infer<typeof credentialStatus>;

export const leastPassphraseCharacters = 8;

export const credentialsContract = {
  status: procedure
    .route({
      method: 'GET',
      path: '/credentials/status',
      summary: 'How secrets are kept, and whether they are locked',
    })
    .output(credentialStatus),
  list: procedure
    .route({ method: 'GET', path: '/credentials', summary: 'Names of the secrets; never their values' })
    .output(z.array(credential)),
  set: procedure
    .route({
      method: 'PUT',
      path: '/credentials/{name}',
      summary: 'Keep a secret under a name, in place of an earlier one',
    })
    .input(z.object({ name: objectName, value: z.string().min(1).max(65_536) }))
    .output(credential),
  remove: procedure
    .route({ method: 'DELETE', path: '/credentials/{name}', summary: 'Forget a secret' })
    .input(z.object({ name: objectName }))
    .output(z.object({ name: z.string() })),
  unlock: procedure
    .route({
      method: 'POST',
      path: '/credentials/unlock',
      summary: 'Give the passphrase that secrets are sealed with; it is kept in memory until Lathe ends',
    })
    .input(z.object({ passphrase: z.string().min(leastPassphraseCharacters).max(1000) }))
    .output(credentialStatus),
};
