import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createHashing } from '../../../../native/hashing/blake3.ts';
import type { Digest } from '../../../contract/ids.ts';
import { isAbort } from '../../../kernel/app-error.ts';
import { WorkspaceFolders } from '../../../kernel/workspace-folders.ts';
import { createObjectStore, type ObjectStore } from '../../../storage/object-store.ts';
import { encodeCodeManifest, listCode } from './code-manifest.ts';
import { restoreCode } from './restore-code.ts';
import { snapshotCode } from './snapshot-code.ts';

let folder: string;
let code: string;
let objects: ObjectStore;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-code-'));
  code = path.join(folder, 'code');
  fs.mkdirSync(code);
  objects = createObjectStore(new WorkspaceFolders(path.join(folder, 'workspace')), createHashing());
  // Git as on a machine where nobody configured anything.
  vi.stubEnv('GIT_CONFIG_GLOBAL', '/dev/null');
  vi.stubEnv('GIT_CONFIG_NOSYSTEM', '1');
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  fs.rmSync(folder, { recursive: true, force: true });
});

function write(name: string, content: string | Uint8Array = name, mode = 0o644): string {
  const filePath = path.join(code, name);
  fs.mkdirSync(path.dirname(filePath), { recursive: true });
  fs.writeFileSync(filePath, content, { mode });
  return filePath;
}
function sparse(name: string, sizeBytes: number): void {
  fs.truncateSync(write(name), sizeBytes);
}
function git(...words: string[]): string {
  const who = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', '-c', 'init.defaultBranch=main'];
  return execFileSync('git', [...who, ...words], { cwd: code, encoding: 'utf8', stdio: 'pipe' });
}
function commitAll(): void {
  git('add', '-A');
  git('commit', '-qm', 'work');
}
const take = (only?: string[]) => snapshotCode({ objects, folder: code, ...(only ? { only } : {}) });
async function names(only?: string[]): Promise<string[]> {
  return (await listCode(objects, (await take(only)).digest)).map((file) => file.path);
}
const refused = (limit: string) => ({ code: 'INVALID_INPUT', details: { limit } });

describe('a snapshot of a folder', () => {
  it('has every regular file with its mode, and is the same again while the files are', async () => {
    write('train.py', 'print(1)');
    write('tools/run.sh', '#!/bin/sh', 0o755);
    const snapshot = await take();
    expect(snapshot).toMatchObject({ files: 2, sizeBytes: 17, folder: code, git: null, note: null });
    const files = await listCode(objects, snapshot.digest);
    expect(files.map(({ path, mode, sizeBytes }) => [path, mode, sizeBytes])).toEqual([
      ['tools/run.sh', 0o755, 9],
      ['train.py', 0o644, 8],
    ]);
    expect(snapshot.objects.sort()).toEqual([snapshot.digest, ...files.map((file) => file.digest)].sort());
    expect((await take()).digest).toBe(snapshot.digest);
    write('train.py', 'print(2)');
    expect((await take()).digest).not.toBe(snapshot.digest);
  });

  it('may be empty', async () => {
    expect(await take()).toMatchObject({ files: 0, sizeBytes: 0 });
  });

  it('leaves out what .gitignore and .latheignore say, each for its own folder, deeper ones winning', async () => {
    write('.gitignore', '*.log\n/data/\n');
    write('.latheignore', 'notes/\n');
    write('lib/.gitignore', '!keep.log\n');
    for (const name of ['a.log', 'lib/a.log', 'lib/keep.log', 'data/x', 'lib/data/x', 'notes/n', 'A.LOG'])
      write(name);
    expect(await names()).toEqual([
      '.gitignore',
      '.latheignore',
      'A.LOG',
      'lib/.gitignore',
      'lib/data/x',
      'lib/keep.log',
    ]);
  });

  it('leaves out environments, caches, workspaces and the packages of others', async () => {
    for (const name of [
      'main.py',
      '__pycache__/main.pyc',
      'env/pyvenv.cfg',
      'env/lib/site.py',
      'conda/conda-meta/history',
      'conda/bin/python',
      'node_modules/x/index.js',
      'book/.ipynb_checkpoints/a.ipynb',
      'book/a.ipynb',
      'lathe/lathe.db',
      'lathe/objects/00',
    ]) {
      write(name);
    }
    expect(await names()).toEqual(['book/a.ipynb', 'main.py']);
  });

  it('leaves out files that hold passwords by custom, but not the examples of them', async () => {
    for (const name of ['.env', 'web/.env.local', '.netrc', 'keys/id_ed25519']) write(name);
    write('.env.example');
    write('env.py');
    expect(await names()).toEqual(['.env.example', 'env.py']);
    git('init', '-q');
    expect(await names()).toEqual(['.env.example', 'env.py']);
  });

  it('leaves out links, pipes and names that no other machine could write, and says so', async () => {
    write('main.py');
    fs.symlinkSync('/etc/hostname', path.join(code, 'host'));
    fs.symlinkSync('/etc', path.join(code, 'etc'));
    execFileSync('mkfifo', [path.join(code, 'pipe')]);
    fs.writeFileSync(Buffer.concat([Buffer.from(`${code}/`), Buffer.from([0xe4, 0x2e, 0x70])]), 'x');
    write('back\\slash');
    const snapshot = await take();
    expect(snapshot.files).toBe(1);
    expect(snapshot.note).toMatch(/^Links were left out: (host, etc|etc, host)\. .*names.*: 2\.$/);
  });

  it('can be stopped', async () => {
    write('main.py');
    const stopped = snapshotCode({ objects, folder: code, signal: AbortSignal.abort() });
    expect(isAbort(await stopped.catch((error: unknown) => error))).toBe(true);
  });

  it('of what is no folder is refused', async () => {
    await expect(snapshotCode({ objects, folder: write('a.py') })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
    await expect(snapshotCode({ objects, folder: `${code}/none` })).rejects.toMatchObject({
      code: 'PATH_NOT_FOUND',
    });
  });
});

describe('a snapshot in a Git work tree', () => {
  beforeEach(() => {
    git('init', '-q');
    write('.gitignore', '*.ckpt\n');
    write('train.py', 'print(1)\n');
  });

  it('has what Git has or would add, with commit, branch and remote', async () => {
    write('model.ckpt');
    commitAll();
    git('remote', 'add', 'upstream', 'https://example.org/other.git');
    git('remote', 'add', 'origin', 'https://ada:s3cret@example.org/team/code.git');
    const snapshot = await take();
    expect(snapshot.git).toEqual({
      commit: git('rev-parse', 'HEAD').trim(),
      branch: 'main',
      remote: 'https://example.org/team/code.git',
      dirty: false,
      diff: null,
    });
    expect(await names()).toEqual(['.gitignore', 'train.py']);
  });

  it('has uncommitted changes as files and as a patch that Git applies', async () => {
    write('gone.py');
    write('blob.bin', Buffer.from([0, 1, 2, 255]));
    commitAll();
    write('train.py', 'print(2)\n');
    write('blob.bin', Buffer.from([0, 9, 9, 255]));
    fs.rmSync(path.join(code, 'gone.py'));
    const snapshot = await take();
    expect(snapshot.git).toMatchObject({ dirty: true, diff: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(await names()).toEqual(['.gitignore', 'blob.bin', 'train.py']);
    expect(snapshot.objects).toContain(snapshot.git!.diff);
    git('stash', '-q');
    git('apply', objects.path(snapshot.git!.diff!));
    expect(fs.readFileSync(path.join(code, 'train.py'), 'utf8')).toBe('print(2)\n');
    expect(fs.existsSync(path.join(code, 'gone.py'))).toBe(false);
  });

  it('is dirty with a new file, which is in the snapshot and not in a patch', async () => {
    commitAll();
    write('new.py');
    expect((await take()).git).toMatchObject({ dirty: true, diff: null });
    expect(await names()).toContain('new.py');
  });

  it('is not dirty by what is left out', async () => {
    write('.latheignore', 'scratch/\n');
    commitAll();
    write('scratch/a.py');
    write('__pycache__/train.pyc');
    expect((await take()).git).toMatchObject({ dirty: false });
    expect(await names()).toEqual(['.gitignore', '.latheignore', 'train.py']);
  });

  it('of a folder below has that folder alone, also its patch', async () => {
    write('sub/a.py', 'a\n');
    commitAll();
    write('train.py', 'changed elsewhere\n');
    const snapshot = await snapshotCode({ objects, folder: path.join(code, 'sub') });
    expect((await listCode(objects, snapshot.digest)).map((file) => file.path)).toEqual(['a.py']);
    expect(snapshot.git).toMatchObject({ dirty: false, diff: null });
  });

  it('has the files of repositories inside it, as a submodule or by themselves', async () => {
    commitAll();
    const inner = path.join(code, 'inner');
    fs.mkdirSync(inner);
    execFileSync('git', ['init', '-q'], { cwd: inner });
    write('inner/lib.py');
    expect(await names()).toEqual(['.gitignore', 'inner/lib.py', 'train.py']);
    git('-C', 'inner', 'add', '.');
    git('-C', 'inner', 'commit', '-qm', 'inner');
    git('add', 'inner');
    expect(await names()).toEqual(['.gitignore', 'inner/lib.py', 'train.py']);
  });

  it('without a commit has no commit and counts as changed', async () => {
    expect((await take()).git).toEqual({
      commit: null,
      branch: 'main',
      remote: null,
      dirty: true,
      diff: null,
    });
  });

  it('takes a file with a merge conflict once', async () => {
    commitAll();
    git('checkout', '-qb', 'other');
    write('train.py', 'print("theirs")\n');
    commitAll();
    git('checkout', '-q', 'main');
    write('train.py', 'print("ours")\n');
    commitAll();
    expect(() => git('merge', 'other')).toThrow();
    expect(await names()).toEqual(['.gitignore', 'train.py']);
  });

  it('follows no link that took the place of a folder', async () => {
    write('lib/a.py');
    commitAll();
    fs.renameSync(path.join(code, 'lib'), path.join(folder, 'elsewhere'));
    fs.symlinkSync(path.join(folder, 'elsewhere'), path.join(code, 'lib'));
    expect(await names()).toEqual(['.gitignore', 'train.py']);
  });

  it('runs no program that the repository names, and heeds no variable of a hook', async () => {
    write('.gitattributes', '*.py diff=spy\n');
    commitAll();
    write('train.py', 'print(3)\n');
    const spy = write('../spy.sh', `#!/bin/sh\ntouch ${folder}/called\n`, 0o755);
    for (const key of [
      'core.fsmonitor',
      'diff.external',
      'diff.spy.textconv',
      'diff.spy.command',
      'core.pager',
    ]) {
      git('config', key, spy);
    }
    vi.stubEnv('GIT_DIR', path.join(folder, 'nowhere'));
    expect((await take()).git).toMatchObject({ dirty: true, diff: expect.any(String) });
    expect(fs.existsSync(path.join(folder, 'called'))).toBe(false);
  });

  it('keeps no patch above 5 MiB, but the files', async () => {
    write('big.txt', 'x');
    commitAll();
    write('big.txt', 'line\n'.repeat(1_200_000));
    const snapshot = await take();
    expect(snapshot.git).toMatchObject({ dirty: true, diff: null });
    expect(snapshot.note).toContain('too large');
    expect(await names()).toContain('big.txt');
  });

  it('is one of plain files where Git ignores the folder or is not there, and says the latter', async () => {
    write('.gitignore', '*\n');
    expect(await names()).toEqual([]);
    write('.gitignore', 'sub/\n');
    write('sub/a.py');
    const below = await snapshotCode({ objects, folder: path.join(code, 'sub') });
    expect(below).toMatchObject({ files: 1, git: null, note: null });
    vi.stubEnv('PATH', folder);
    expect(await take()).toMatchObject({
      files: 2,
      git: null,
      note: 'What Git knows was not recorded: Git is not installed.',
    });
  });
});

describe('a folder that is too large', () => {
  it('is refused with its largest file and the cure', async () => {
    write('train.py');
    sparse('weights/model.bin', (25 << 20) + 1);
    await expect(take()).rejects.toMatchObject({
      ...refused('file'),
      message: expect.stringContaining('"weights/model.bin"'),
      nextStep: expect.stringContaining('.latheignore'),
    });
    write('.latheignore', '*.bin\n');
    expect((await take()).files).toBe(2);
  });

  it('by all its files together is refused', async () => {
    for (let index = 0; index < 9; index++) sparse(`${index}.bin`, 24 << 20);
    await expect(take()).rejects.toMatchObject(refused('total'));
  });

  it('by the number of its files is refused with the folder that holds most of them, in Git and elsewhere', async () => {
    fs.mkdirSync(path.join(code, 'images'));
    for (let index = 0; index <= 10_000; index++) fs.writeFileSync(path.join(code, 'images', `${index}`), '');
    const fault = { ...refused('files'), message: expect.stringContaining('"images"') };
    await expect(take()).rejects.toMatchObject(fault);
    git('init', '-q');
    await expect(take()).rejects.toMatchObject(fault);
  });

  it('gives just the script where one was named, with a note', async () => {
    write('train.py');
    sparse('model.bin', (25 << 20) + 1);
    const snapshot = await take(['train.py']);
    expect(snapshot).toMatchObject({ files: 1, note: expect.stringMatching(/^Only train.py was taken\. /) });
  });
});

describe('a script that was named', () => {
  it('comes with its folder, also if the folder ignores it', async () => {
    write('.gitignore', 'train.py\n');
    write('train.py');
    write('lib.py');
    expect(await names(['train.py'])).toEqual(['.gitignore', 'lib.py', 'train.py']);
  });

  it('comes alone from the home folder, which is refused without one', async () => {
    write('train.py');
    write('.ssh/id_rsa');
    const home = vi.spyOn(os, 'homedir').mockReturnValue(code);
    const fault = { ...refused('place'), message: expect.stringContaining('is the home folder') };
    await expect(take()).rejects.toMatchObject(fault);
    expect(await names(['train.py'])).toEqual(['train.py']);
    home.mockReturnValue(path.join(code, 'ada'));
    expect(await names(['train.py'])).toEqual(['train.py']);
  });

  it('comes alone from a workspace and from the folder for temporary files', async () => {
    write('train.py');
    write('lathe.db');
    expect(await names(['train.py'])).toEqual(['train.py']);
    fs.rmSync(path.join(code, 'lathe.db'));
    expect(await names()).toEqual(['train.py']);
    vi.spyOn(os, 'tmpdir').mockReturnValue(code);
    await expect(take()).rejects.toMatchObject(refused('place'));
  });

  it('must be there and lie in the folder', async () => {
    await expect(take(['none.py'])).rejects.toMatchObject({ code: 'PATH_NOT_FOUND' });
    await expect(take(['../x.py'])).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});

describe('restoring', () => {
  const target = () => path.join(folder, 'restored');
  const restore = (digest: Digest) => restoreCode({ objects, digest, folder: target() });

  it('writes the same files, which may then be changed without changing the store', async () => {
    write('train.py', 'print(1)');
    write('deep/er/run.sh', '#!/bin/sh', 0o755);
    const { digest } = await take();
    await restore(digest);
    expect(fs.readFileSync(path.join(target(), 'deep/er/run.sh'), 'utf8')).toBe('#!/bin/sh');
    expect(fs.statSync(path.join(target(), 'deep/er/run.sh')).mode & 0o777).toBe(0o755);
    fs.appendFileSync(path.join(target(), 'train.py'), '# mine');
    const [, stored] = await listCode(objects, digest);
    expect(await objects.verify(stored!.digest)).toBe(true);
    expect(fs.readdirSync(folder).sort()).toEqual(['code', 'restored', 'workspace']);
  });

  it('goes over what an interrupted one left, and into no folder that holds something', async () => {
    write('train.py');
    const { digest } = await take();
    fs.mkdirSync(`${target()}.part`);
    fs.writeFileSync(`${target()}.part/stale.py`, '');
    await restore(digest);
    expect(fs.readdirSync(target())).toEqual(['train.py']);
    await expect(restore(digest)).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    expect(fs.existsSync(`${target()}.part`)).toBe(false);
  });

  it('refuses a list whose paths lead outside, and misses no object silently', async () => {
    const { digest: content } = await objects.put({ bytes: Buffer.from('x') });
    const listing = async (name: string, digest: Digest) =>
      (
        await objects.put({
          bytes: encodeCodeManifest([{ path: name, mode: 0o644, sizeBytes: 1, digest }]),
        })
      ).digest;
    await expect(restore(await listing('../x', content))).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(restore(await listing('/x', content))).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    const absent = 'a'.repeat(64) as Digest;
    await expect(restore(await listing('x', absent))).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    await expect(restore(absent)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    expect(fs.existsSync(target())).toBe(false);
  });
});
