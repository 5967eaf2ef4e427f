import { type ChildProcess, execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { installPackages, isRequired, skipAloud } from './services.ts';

const run = promisify(execFile);
const STARTS_WITHIN_MS = 60_000;

/** The folder of PostgreSQL's programs, or null, said aloud; where LATHE_TEST_REQUIRE names `postgresql` they are installed, or an error. */
export function findPostgres(): string | null {
  const found = installedPostgres();
  if (found) return found;
  if (isRequired('postgresql') && installPostgres()) return installedPostgres();
  return skipAloud('postgresql', 'tests against PostgreSQL', 'the package postgresql is not installed');
}

function installedPostgres(): string | null {
  const root = '/usr/lib/postgresql';
  const versions = fs.existsSync(root) ? fs.readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = versions.map((version) => path.join(root, version, 'bin'));
  return folders.find((bin) => fs.existsSync(path.join(bin, 'initdb'))) ?? null;
}

/** The programs alone: Debian's package would also make a database and start a server for it. */
function installPostgres(): boolean {
  const settings = '/etc/postgresql-common/createcluster.conf';
  if (process.getuid?.() === 0 && !fs.existsSync(settings)) {
    fs.mkdirSync(path.dirname(settings), { recursive: true });
    fs.writeFileSync(settings, 'create_main_cluster = false\n');
  }
  return installPackages('postgresql');
}

export interface PostgresServer {
  readonly port: number;
  readonly password: string;
  /** Run statements as the owner of the database. */
  execute(sql: string): Promise<void>;
  close(): Promise<void>;
}

/** A PostgreSQL of the test's own on loopback. It refuses to run as root: then the user that its package made runs it. */
export async function startPostgres(bin: string): Promise<PostgresServer> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-postgres-'));
  const owner = process.getuid?.() === 0 ? await userOf('postgres') : null;
  if (owner) fs.chownSync(folder, owner.uid, owner.gid);
  const password = 'a secret of the test';
  const passwordFile = path.join(folder, 'password');
  fs.writeFileSync(passwordFile, password, { mode: 0o644 });
  const data = path.join(folder, 'data');
  const options = { ...(owner ?? {}), cwd: folder, env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8' } };
  await run(
    path.join(bin, 'initdb'),
    ['-D', data, '-U', 'tester', '--pwfile', passwordFile, '-A', 'scram-sha-256', '-E', 'UTF8', '--no-sync'],
    options,
  );
  const port = await freePort();
  const server = spawn(
    path.join(bin, 'postgres'),
    ['-D', data, '-p', String(port), '-k', folder, '-h', '127.0.0.1', '-F'],
    { ...options, stdio: 'ignore' },
  );
  const execute = async (sql: string) => {
    await run(
      path.join(bin, 'psql'),
      [
        '-h',
        '127.0.0.1',
        '-p',
        String(port),
        '-U',
        'tester',
        '-d',
        'postgres',
        '-v',
        'ON_ERROR_STOP=1',
        '-q',
        '-c',
        sql,
      ],
      {
        ...options,
        env: { ...options.env, PGPASSWORD: password },
      },
    );
  };
  try {
    await answers(execute, server);
  } catch (error) {
    await stop(server, folder);
    throw error;
  }
  return { port, password, execute, close: () => stop(server, folder) };
}

async function userOf(name: string): Promise<{ uid: number; gid: number }> {
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (which) => Number((await run('id', [which, name])).stdout)),
  );
  return { uid: uid!, gid: gid! };
}

async function answers(execute: (sql: string) => Promise<void>, server: ChildProcess): Promise<void> {
  const until = Date.now() + STARTS_WITHIN_MS;
  while (true) {
    try {
      return await execute('SELECT 1');
    } catch (error) {
      if (Date.now() > until || server.exitCode !== null) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

async function stop(server: ChildProcess, folder: string): Promise<void> {
  if (server.exitCode === null) {
    const exited = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGINT');
    await exited;
  }
  fs.rmSync(folder, { recursive: true, force: true });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as net.AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
