import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Docker from 'dockerode';
import { engineAddress } from '../../app/executors/docker/engine-address.ts';
import { engineCandidates } from '../../app/executors/docker/find-engine.ts';
import { installPackages, isRequired, skipAloud } from './services.ts';

/** A small Debian with Python and its standard library (the SDK needs json), the image of all tests. */
export const TEST_IMAGE = 'lathe-test-base:2';

const cache = path.resolve(import.meta.dirname, '../../node_modules/.cache/lathe-docker');

export interface TestEngine {
  readonly host: string;
  /** The plain client, for looking at what the driver did. */
  readonly docker: Docker;
  stop(): Promise<void>;
}

/** An engine that belongs to the test alone and may be ended and started again. */
export interface OwnEngine extends TestEngine {
  readonly folder: string;
  /** End the daemon without a word; its containers are not asked. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

/**
 * An engine with the test image: the one that runs (DOCKER_HOST, the default sockets), else one of the tests' own. Null, said
 * aloud, where there is none; an error where LATHE_TEST_REQUIRE names `docker`.
 */
export async function findTestEngine(): Promise<TestEngine | null> {
  for (const { host, tls } of engineCandidates(engineAddress.parse({}))) {
    if (tls !== null || !host.startsWith('unix://')) continue;
    const docker = new Docker({ socketPath: host.slice('unix://'.length) });
    if (!(await answers(docker))) continue;
    if (!(await provideImage(docker))) return skipped('no base image could be made for the engine that runs');
    return { host, docker, stop: async () => undefined };
  }
  return startOwnEngine();
}

/**
 * A daemon of the test's own, with its socket and all of its data in a temporary folder. Needs root, Linux and dockerd; Debian's is
 * installed where LATHE_TEST_REQUIRE asks for it.
 */
export async function startOwnEngine(): Promise<OwnEngine | null> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return skipped('no engine runs, and only root on Linux can start one');
  if (!has('dockerd') && isRequired('docker')) installPackages('docker.io');
  if (!has('dockerd')) return skipped('no engine runs and dockerd is not installed');

  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-docker-'));
  const socket = path.join(folder, 'docker.sock');
  let daemon: ChildProcess | null = null;
  const start = async () => {
    const log = fs.openSync(path.join(folder, 'log'), 'a');
    fs.rmSync(path.join(folder, 'pid'), { force: true });
    const places = ['data-root', 'exec-root', 'pidfile'].flatMap((name) => [
      `--${name}`,
      path.join(folder, name === 'pidfile' ? 'pid' : name),
    ]);
    // In a network of its own: a daemon makes and removes bridges and packet filters, also those of an engine that runs already.
    const words = ['--net', 'dockerd', '-H', `unix://${socket}`, ...places];
    daemon = spawn('unshare', words, { stdio: ['ignore', log, log], detached: true });
    fs.closeSync(log);
    for (let left = 300; !(await answers(docker)); left--) {
      if (left === 0 || daemon.exitCode !== null)
        throw new Error(
          `dockerd did not start:\n${fs.readFileSync(path.join(folder, 'log'), 'utf8').slice(-3000)}`,
        );
      await sleep(100);
    }
  };
  const end = async (signal: NodeJS.Signals) => {
    const ending = daemon;
    daemon = null;
    if (!ending || ending.exitCode !== null) return;
    const gone = new Promise((resolve) => ending.once('exit', resolve));
    ending.kill(signal);
    await gone;
  };
  const docker = new Docker({ socketPath: socket });
  await start();
  const kill = async () => {
    await end('SIGKILL');
    // Its containerd dies with it; where nobody buries the dead, the next daemon would take it for a living one.
    fs.rmSync(path.join(folder, 'exec-root/containerd/containerd.pid'), { force: true });
  };
  const stop = async () => {
    await end('SIGTERM');
    for (const pid of processesOf(folder)) process.kill(pid, 'SIGKILL');
    for (const place of mountsBelow(folder)) spawnSync('umount', ['-l', place]);
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  };
  if (!(await provideImage(docker))) {
    await stop();
    return skipped('no base image could be made');
  }
  return { host: `unix://${socket}`, docker, folder, start, stop, kill };
}

/** What a daemon that was killed leaves: the keepers of its containers, which have its folder among their words. */
function processesOf(folder: string): number[] {
  return fs.readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const words = fs.readFileSync(`/proc/${name}/cmdline`, 'utf8');
      return words.includes('containerd-shim') && words.includes(folder) ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

/** Deepest first. */
function mountsBelow(folder: string): string[] {
  const places = fs
    .readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '');
  return places
    .filter((place) => place.startsWith(`${folder}/`))
    .sort()
    .reverse();
}

const skipped = (reason: string) => skipAloud('docker', 'Docker tests', reason);

async function answers(docker: Docker): Promise<boolean> {
  return docker.ping().then(
    () => true,
    () => false,
  );
}

const has = (program: string) => spawnSync('which', [program]).status === 0;

async function provideImage(docker: Docker): Promise<boolean> {
  const there = await docker
    .getImage(TEST_IMAGE)
    .inspect()
    .catch(() => null);
  if (there) return true;
  const file = baseArchive();
  if (file === null) return false;
  // Podman knows no tag beside the name.
  const stream = await docker.importImage(file, { repo: TEST_IMAGE });
  await new Promise<void>((resolve, reject) =>
    docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve())),
  );
  return true;
}

/** A Debian of this machine's own release and mirror, made once for a checkout. */
function baseArchive(): string | null {
  const file = path.join(cache, 'base-2.tar');
  if (fs.existsSync(file)) return file;
  if (process.getuid?.() !== 0) return null;
  if (!has('debootstrap') && isRequired('docker')) installPackages('debootstrap');
  const mirror = debianMirror();
  if (!has('debootstrap') || mirror === null) return null;
  fs.mkdirSync(cache, { recursive: true });
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-base-'));
  try {
    const options = ['--variant=minbase', '--include=python3'];
    execFileSync('debootstrap', [...options, mirror.release, folder, mirror.address], { stdio: 'ignore' });
    const without = ['./var/cache/apt', './var/lib/apt/lists', './dev', './proc', './sys'];
    const excludes = without.map((place) => `--exclude=${place}/*`);
    const temporary = `${file}.${process.pid}.tmp`;
    execFileSync('tar', ['-C', folder, ...excludes, '-cf', temporary, '.']);
    fs.renameSync(temporary, file);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
  return file;
}

/** Where this machine's own packages come from. */
function debianMirror(): { release: string; address: string } | null {
  const release = /^VERSION_CODENAME=(\S+)$/m.exec(fs.readFileSync('/etc/os-release', 'utf8'))?.[1];
  const format = ['--format', '$(REPO_URI) $(RELEASE) $(ORIGIN)', 'Created-By: Packages'];
  const { stdout } = spawnSync('apt-get', ['indextargets', ...format], { encoding: 'utf8' });
  const line = (stdout ?? '').split('\n').find((text) => text.endsWith(` ${release} Debian`));
  return release && line ? { release, address: line.split(' ')[0]! } : null;
}
