import fs from 'node:fs';
import path from 'node:path';
import { pythonWith } from '../../support/python.ts';
import { command, missingProgram } from './commands.ts';
import type { VersionTool, VersionToolMaker } from './tool.ts';

/** Names and an address for commits; no configuration of the user's reaches the measurement. */
const git = {
  GIT_AUTHOR_NAME: 'bench',
  GIT_AUTHOR_EMAIL: 'bench@localhost',
  GIT_COMMITTER_NAME: 'bench',
  GIT_COMMITTER_EMAIL: 'bench@localhost',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
};

const close = async () => {};

const restic: VersionToolMaker = {
  name: 'restic',
  missing: () => missingProgram('restic', 'version'),
  async make(folder) {
    const tree = path.join(folder, 'tree');
    const storage = path.join(folder, 'repository');
    const environment = {
      RESTIC_REPOSITORY: storage,
      RESTIC_PASSWORD: 'bench',
      RESTIC_CACHE_DIR: path.join(folder, 'cache'),
    };
    const run = async (...words: string[]) => {
      await command(folder, environment, 'restic', '--quiet', ...words);
    };
    await run('init');
    return {
      name: 'restic',
      tree,
      storage,
      peakMiB: null,
      close,
      store: () => run('backup', tree),
      restored: path.join(folder, 'restored'),
      restore: () => run('restore', 'latest', '--target', path.join(folder, 'restored')),
      verify: () => run('check', '--read-data'),
    };
  },
};

const borg: VersionToolMaker = {
  name: 'borg',
  missing: () => missingProgram('borg'),
  async make(folder) {
    const tree = path.join(folder, 'tree');
    const storage = path.join(folder, 'repository');
    const environment = {
      BORG_REPO: storage,
      BORG_BASE_DIR: folder,
      BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK: 'yes',
    };
    const run = async (at: string, ...words: string[]) => {
      await command(at, environment, 'borg', ...words);
    };
    await run(folder, 'init', '--encryption', 'none');
    let last = '';
    return {
      name: 'borg',
      tree,
      storage,
      peakMiB: null,
      close,
      async store(label) {
        last = label;
        await run(folder, 'create', `::${label}`, 'tree');
      },
      restored: path.join(folder, 'restored'),
      restore: () => run(made(path.join(folder, 'restored')), 'extract', `::${last}`),
      verify: () => run(folder, 'check', '--verify-data'),
    };
  },
};

const gitLfs: VersionToolMaker = {
  name: 'git-lfs',
  missing: async () => (await missingProgram('git')) ?? (await missingProgram('git-lfs')),
  async make(folder) {
    const repository = path.join(folder, 'repository');
    const tree = path.join(repository, 'tree');
    fs.mkdirSync(repository);
    const run = async (...words: string[]) => {
      await command(repository, git, 'git', ...words);
    };
    await run('init', '--quiet');
    await run('lfs', 'install', '--local');
    await run('lfs', 'track', 'tree/**');
    return {
      name: 'git-lfs',
      tree,
      storage: path.join(repository, '.git'),
      peakMiB: null,
      close,
      async store(label) {
        await run('add', '--all');
        await run('commit', '--quiet', '--allow-empty', '--message', label);
      },
      restored: tree,
      restore: () => run('checkout', '--quiet', 'HEAD', '--', 'tree'),
      verify: () => run('lfs', 'fsck'),
    };
  },
};

const gitAnnex: VersionToolMaker = {
  name: 'git-annex',
  missing: () => missingProgram('git-annex', 'version'),
  async make(folder) {
    const repository = path.join(folder, 'repository');
    const tree = path.join(repository, 'tree');
    fs.mkdirSync(repository);
    const run = async (at: string, ...words: string[]) => {
      await command(at, { ...git, HOME: folder }, 'git', ...words);
    };
    await run(repository, 'init', '--quiet');
    // A clean-up in the background would take objects away while they are cloned.
    await run(repository, 'config', 'gc.auto', '0');
    await run(repository, 'config', 'maintenance.auto', 'false');
    await run(repository, 'annex', 'init', '--quiet', 'bench');
    return {
      name: 'git-annex',
      tree,
      storage: path.join(repository, '.git'),
      peakMiB: null,
      close,
      async store(label) {
        await run(repository, 'annex', 'add', '--quiet', '--jobs=cpus', 'tree');
        await run(repository, 'commit', '--quiet', '--allow-empty', '--message', label);
      },
      // A tree of its own, as the other programs make: a clone that gets the contents.
      restored: path.join(folder, 'restored'),
      async restore() {
        const clone = path.join(folder, 'restored');
        await run(folder, 'clone', '--quiet', repository, clone);
        await run(clone, 'annex', 'get', '--quiet', '--jobs=cpus', 'tree');
      },
      verify: () => run(repository, 'annex', 'fsck', '--quiet', '--jobs=cpus'),
    };
  },
};

const dvc: VersionToolMaker = {
  name: 'DVC',
  missing: async () => ((await dvcProgram()) ? null : 'pip reaches no index'),
  async make(folder) {
    const program = (await dvcProgram())!;
    const repository = path.join(folder, 'repository');
    const tree = path.join(repository, 'tree');
    fs.mkdirSync(repository);
    const environment = {
      DVC_NO_ANALYTICS: '1',
      DVC_SITE_CACHE_DIR: path.join(folder, 'site'),
      HOME: folder,
    };
    const run = async (...words: string[]) => {
      await command(repository, environment, program, ...words, '--quiet');
    };
    await run('init', '--no-scm');
    await run('config', 'core.check_update', 'false');
    return {
      name: 'DVC',
      tree,
      storage: path.join(repository, '.dvc', 'cache'),
      peakMiB: null,
      close,
      store: () => run('add', 'tree'),
      restored: tree,
      restore: () => run('checkout', 'tree.dvc'),
      verify: null,
    } satisfies VersionTool;
  },
};

async function dvcProgram(): Promise<string | null> {
  const python = await pythonWith(['dvc==3.67.1']);
  return python && path.join(path.dirname(python), 'dvc');
}

function made(folder: string): string {
  fs.mkdirSync(folder);
  return folder;
}

export const peers: readonly VersionToolMaker[] = [restic, borg, gitLfs, gitAnnex, dvc];
