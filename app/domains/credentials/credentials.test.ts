import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testCore } from '../../../test/support/test-core.ts';
import type { Core } from '../../kernel/core.ts';
import type { Keyring } from '../../kernel/ports/keyring.ts';
import { type Credentials, createCredentials } from './index.ts';

const PASSPHRASE = 'correct horse battery';
const SECRET = 'AKIA:s3cr3t/value+é';

/** A keyring that works as a system's does: only it can open what it sealed. */
function fakeKeyring(state = { there: true }): Keyring {
  const sealed = new Map<string, string>();
  return {
    available: async () => state.there,
    async seal(secret) {
      const key = `sealed ${sealed.size}`;
      sealed.set(key, secret);
      return Buffer.from(key);
    },
    open: async (bytes) => sealed.get(Buffer.from(bytes).toString())!,
  };
}

describe('credentials', { timeout: 60_000 }, () => {
  let folder: string;
  let core: Core;
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-credentials-'));
    core = testCore(folder);
  });
  afterEach(() => {
    core.database.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });
  const opened = (passphrase?: string, keyring: Keyring | null = null): Credentials =>
    createCredentials(core, { keyring, passphrase });
  const file = () => path.join(folder, 'auth', 'credentials.json');

  it('keep a secret under a passphrase and give it back to the next host that knows it', async () => {
    const kept = await opened(PASSPHRASE).set('bucket', SECRET);
    expect(kept).toMatchObject({ name: 'bucket', protection: 'passphrase' });
    expect(await opened(PASSPHRASE).secret('bucket')).toBe(SECRET);
    expect(fs.statSync(file()).mode & 0o777).toBe(0o600);
  });

  it('stand nowhere in the workspace as they are, nor does the passphrase', async () => {
    const credentials = opened(PASSPHRASE);
    await credentials.set('bucket', SECRET);
    await credentials.secret('bucket');
    await credentials.remove('bucket');
    await credentials.set('bucket', SECRET);
    core.database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    const files = fs
      .readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile());
    expect(files.length).toBeGreaterThan(1);
    for (const entry of files) {
      const bytes = fs.readFileSync(path.join(entry.parentPath, entry.name));
      for (const secret of [SECRET, 's3cr3t', PASSPHRASE]) {
        expect(bytes.includes(secret), entry.name).toBe(false);
        expect(bytes.includes(Buffer.from(secret).toString('base64').slice(0, 8)), entry.name).toBe(false);
      }
    }
    expect(JSON.stringify(core.events.list({ limit: 50 }))).not.toContain('s3cr3t');
    expect(JSON.stringify(await credentials.list())).not.toContain('s3cr3t');
  });

  it('are locked until the passphrase is given, and refuse a wrong one', async () => {
    await opened(PASSPHRASE).set('bucket', SECRET);
    const locked = opened();
    expect(await locked.status()).toEqual({ protection: 'passphrase', locked: true, hasPassphrase: true });
    await expect(locked.secret('bucket')).rejects.toMatchObject({ code: 'NOT_READY' });
    await expect(locked.set('other', 'x')).rejects.toMatchObject({ code: 'NOT_READY' });
    await expect(locked.unlock('another passphrase')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(locked.secret('bucket')).rejects.toMatchObject({ code: 'NOT_READY' });
    expect((await locked.list()).map(({ name }) => name)).toEqual(['bucket']);
    expect(await locked.unlock(PASSPHRASE)).toMatchObject({ locked: false });
    expect(await locked.secret('bucket')).toBe(SECRET);
    await expect(opened('a wrong one from outside').secret('bucket')).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
  });

  it('open neither under another name nor with a flipped bit', async () => {
    const credentials = opened(PASSPHRASE);
    await credentials.set('mine', SECRET);
    await credentials.set('yours', 'other');
    const stored = JSON.parse(fs.readFileSync(file(), 'utf8'));
    [stored.entries.mine, stored.entries.yours] = [stored.entries.yours, stored.entries.mine];
    fs.writeFileSync(file(), JSON.stringify(stored));
    await expect(credentials.secret('mine')).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    const bytes = Buffer.from(stored.entries.yours.sealed, 'base64');
    bytes[bytes.length - 1]! ^= 1;
    stored.entries.mine = { ...stored.entries.yours, sealed: bytes.toString('base64') };
    fs.writeFileSync(file(), JSON.stringify(stored));
    await expect(credentials.secret('mine')).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  });

  it('are sealed by the keyring where the host has one, and say so where it is gone', async () => {
    const state = { there: true };
    const keyring = fakeKeyring(state);
    const credentials = opened(undefined, keyring);
    expect(await credentials.status()).toEqual({
      protection: 'keyring',
      locked: false,
      hasPassphrase: false,
    });
    expect(await credentials.set('bucket', SECRET)).toMatchObject({ protection: 'keyring' });
    expect(await credentials.secret('bucket')).toBe(SECRET);
    await expect(opened(PASSPHRASE).secret('bucket')).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    state.there = false;
    expect(await credentials.status()).toMatchObject({ protection: 'passphrase', locked: true });
  });

  it('are replaced and removed by name; what is not there is not found', async () => {
    const credentials = opened(PASSPHRASE);
    await credentials.set('bucket', 'one');
    await credentials.set('bucket', 'two');
    expect(await credentials.secret('bucket')).toBe('two');
    await credentials.remove('bucket');
    await expect(credentials.remove('bucket')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(credentials.secret('constructor')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await credentials.list()).toEqual([]);
  });

  it('survive being set at once', async () => {
    const credentials = opened(PASSPHRASE);
    const names = Array.from({ length: 8 }, (_, index) => `name ${index}`);
    await Promise.all(names.map((name) => credentials.set(name, `value of ${name}`)));
    expect((await credentials.list()).map(({ name }) => name)).toEqual(names);
    for (const name of names) expect(await credentials.secret(name)).toBe(`value of ${name}`);
  });

  it('say that their file is damaged, instead of beginning anew over it', async () => {
    fs.writeFileSync(file(), '{"version": 1');
    await expect(opened(PASSPHRASE).set('bucket', 'x')).rejects.toMatchObject({ code: 'WORKSPACE_DAMAGED' });
    expect(fs.readFileSync(file(), 'utf8')).toBe('{"version": 1');
  });
});
