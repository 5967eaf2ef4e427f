import type { Credential, CredentialStatus } from '../../contract/credentials.contract.ts';
import { leastPassphraseCharacters } from '../../contract/credentials.contract.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Core } from '../../kernel/core.ts';
import type { Keyring } from '../../kernel/ports/keyring.ts';
import { createCredentialFile, type StoredCredentials } from './credential-file.ts';
import { deriveKey, newRecipe, open, seal } from './passphrase-box.ts';

export interface Credentials {
  status(): Promise<CredentialStatus>;
  list(): Promise<Credential[]>;
  /** @throws AppError NOT_READY while the passphrase is not known */
  set(name: string, value: string): Promise<Credential>;
  /** @throws AppError NOT_FOUND */
  remove(name: string): Promise<void>;
  /** @throws AppError INVALID_INPUT for a wrong passphrase */
  unlock(passphrase: string): Promise<CredentialStatus>;
  /** The value, for a source or a target that names it. @throws AppError NOT_FOUND, NOT_READY, UNSUPPORTED */
  secret(name: string): Promise<string>;
}

const CHECK = 'lathe';
/** What the check is sealed for; no credential can have this name. */
const CHECK_LABEL = '/check';

/**
 * @param keyring null where this host has none
 * @param passphrase what the environment gave at the start, if anything
 */
export function createCredentials(
  core: Pick<Core, 'folders' | 'events' | 'clock'>,
  parts: { readonly keyring: Keyring | null; readonly passphrase: string | undefined },
): Credentials {
  const file = createCredentialFile(core.folders.auth);
  let key: Buffer | null = null;
  let given = parts.passphrase;
  /** Making the key takes 128 MiB: once for all who wait for it. */
  let opening: Promise<void> | null = null;

  const hasKeyring = async () => (await parts.keyring?.available()) === true;

  /** Make the key, or choose the passphrase if none was chosen. */
  async function unlock(passphrase: string): Promise<void> {
    if (passphrase.length < leastPassphraseCharacters) {
      throw new AppError(
        'INVALID_INPUT',
        `A passphrase has at least ${leastPassphraseCharacters} characters.`,
      );
    }
    const { passphrase: chosen } = await file.read();
    const recipe = chosen?.recipe ?? newRecipe();
    const made = await deriveKey(passphrase, recipe);
    if (!chosen) {
      const check = seal(CHECK, made, CHECK_LABEL).toString('base64');
      const { passphrase: kept } = await file.change((current) =>
        current.passphrase ? current : { ...current, passphrase: { recipe, check } },
      );
      // Somebody else chose one meanwhile.
      if (kept?.recipe.salt !== recipe.salt) return unlock(passphrase);
    } else if (open(Buffer.from(chosen.check, 'base64'), made, CHECK_LABEL) !== CHECK) {
      throw new AppError('INVALID_INPUT', 'This is not the passphrase of this workspace.', {
        nextStep:
          'Give the passphrase that was chosen first; if it is lost, remove auth/credentials.json and set the credentials again.',
      });
    }
    key = made;
  }

  /** @throws AppError NOT_READY */
  async function unlocked(): Promise<Buffer> {
    if (key === null && given !== undefined) {
      opening ??= unlock(given).finally(() => {
        opening = null;
      });
      await opening;
      given = undefined;
    }
    if (key !== null) return key;
    throw new AppError('NOT_READY', 'The credentials of this workspace are locked by a passphrase.', {
      nextStep: 'Run `lathe credential unlock`, or start Lathe with LATHE_PASSPHRASE set.',
    });
  }

  async function entryOf(name: string): Promise<StoredCredentials['entries'][string]> {
    const { entries } = await file.read();
    const entry = Object.hasOwn(entries, name) ? entries[name] : undefined;
    if (entry) return entry;
    throw new AppError('NOT_FOUND', `There is no credential "${name}".`, {
      nextStep: `Save it: lathe credential set ${/^[\w.-]+$/.test(name) ? name : `"${name}"`}`,
      details: { credential: name },
    });
  }

  async function status(): Promise<CredentialStatus> {
    const protection = (await hasKeyring()) ? 'keyring' : 'passphrase';
    const { passphrase } = await file.read();
    return {
      protection,
      locked: protection === 'passphrase' && key === null && given === undefined,
      hasPassphrase: passphrase !== null,
    };
  }

  return {
    status,
    async list() {
      const { entries } = await file.read();
      return Object.entries(entries)
        .map(([name, { protection, createdAt }]) => ({ name, protection, createdAt }))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
    },
    async set(name, value) {
      const protection = (await hasKeyring()) ? 'keyring' : 'passphrase';
      const sealed =
        protection === 'keyring' ? await parts.keyring!.seal(value) : seal(value, await unlocked(), name);
      const entry = {
        protection,
        sealed: Buffer.from(sealed).toString('base64'),
        createdAt: core.clock.now(),
      } as const;
      await file.change((current) => ({ ...current, entries: { ...current.entries, [name]: entry } }));
      core.events.append('credential.set', { kind: 'settings', id: 'credentials' }, { name, protection });
      return { name, protection, createdAt: entry.createdAt };
    },
    async remove(name) {
      await entryOf(name);
      await file.change(({ entries: { [name]: _, ...others }, ...current }) => ({
        ...current,
        entries: others,
      }));
      core.events.append('credential.removed', { kind: 'settings', id: 'credentials' }, { name });
    },
    async unlock(passphrase) {
      await unlock(passphrase);
      return status();
    },
    async secret(name) {
      const { protection, sealed } = await entryOf(name);
      const bytes = Buffer.from(sealed, 'base64');
      if (protection === 'passphrase') {
        const text = open(bytes, await unlocked(), name);
        if (text !== null) return text;
      } else if (await hasKeyring()) return parts.keyring!.open(bytes);
      throw new AppError('UNSUPPORTED', `The credential "${name}" cannot be opened here.`, {
        nextStep:
          protection === 'keyring'
            ? `It is sealed by the keyring of the desktop application; open the workspace there, or set it again: lathe credential set ${name}`
            : `Its bytes are damaged; set it again: lathe credential set ${name}`,
        details: { credential: name },
      });
    },
  };
}
