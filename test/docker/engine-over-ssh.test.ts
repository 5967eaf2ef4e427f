import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findTestEngine } from '../support/docker-engine.ts';
import { executorFor, outputOf, pythonRun, runToEnd } from './container-run.ts';

const sshd = '/usr/sbin/sshd';
const lacks = [
  fs.existsSync(sshd) ? '' : 'sshd',
  ...['ssh', 'docker'].filter((name) => spawnSync('which', [name]).status !== 0),
]
  .filter(Boolean)
  .join(' and ');
const engine = await findTestEngine();
if (engine && lacks) console.warn(`skipped: an engine over ssh (there is no ${lacks})`);

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-ssh-'));
const at = (name: string) => path.join(folder, name);
const usualPath = process.env.PATH;
let server: ChildProcess | null = null;
let port = 0;

async function freePort(): Promise<number> {
  const probe = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const { port: free } = probe.address() as net.AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return free;
}

const answers = () =>
  new Promise<boolean>((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

beforeAll(async () => {
  if (!engine || lacks) return;
  for (const name of ['host', 'user'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(name)]);
  port = await freePort();
  fs.copyFileSync(at('user.pub'), at('authorized'));
  const [, kind, key] = /^(\S+) (\S+)/.exec(fs.readFileSync(at('host.pub'), 'utf8'))!;
  fs.writeFileSync(at('known'), `[127.0.0.1]:${port} ${kind} ${key}\n`);
  fs.writeFileSync(
    at('sshd_config'),
    [
      ...[
        `Port ${port}`,
        'ListenAddress 127.0.0.1',
        `HostKey ${at('host')}`,
        `AuthorizedKeysFile ${at('authorized')}`,
      ],
      ...[
        'StrictModes no',
        'UsePAM no',
        'PidFile none',
        `SetEnv DOCKER_HOST=${engine.host} PATH=${usualPath}`,
      ],
    ].join('\n'),
  );
  // The user's own settings are what counts in earnest; a test has settings of its own through a program of the same name.
  const settings = [
    `IdentityFile ${at('user')}`,
    `UserKnownHostsFile ${at('known')}`,
    'StrictHostKeyChecking yes',
  ];
  fs.writeFileSync(at('ssh_config'), settings.join('\n'));
  const real = execFileSync('which', ['ssh'], { encoding: 'utf8' }).trim();
  fs.mkdirSync(at('bin'));
  fs.writeFileSync(at('bin/ssh'), `#!/bin/sh\nexec ${real} -F ${at('ssh_config')} "$@"\n`, { mode: 0o755 });
  process.env.PATH = `${at('bin')}:${usualPath}`;
  fs.mkdirSync('/run/sshd', { recursive: true });
  server = spawn(sshd, ['-D', '-e', '-f', at('sshd_config')], { stdio: 'ignore' });
  while (!(await answers())) await sleep(50);
});
afterAll(async () => {
  process.env.PATH = usualPath;
  server?.kill();
  await engine?.stop();
  fs.rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(!engine || lacks)('an engine over ssh', () => {
  it('runs a program whose files are copied there and back', { timeout: 180_000 }, async () => {
    const executor = executorFor({ host: `ssh://${os.userInfo().username}@127.0.0.1:${port}` });
    const run = pythonRun(`
import os
print('far away', flush=True)
open(os.environ['LATHE_OUTPUTS'] + '/made', 'w').write('there')
`);
    const { exit } = await runToEnd(executor, run);
    expect(exit).toMatchObject({ state: 'finished' });
    expect(outputOf(run)).toBe('far away\n');
    expect(outputOf(run, 'outputs/made')).toBe('there');
    await executor.close();
  });

  it('says what ssh said when it cannot be reached', { timeout: 60_000 }, async () => {
    const stranger = executorFor({ host: `ssh://nobody-known@127.0.0.1:${port}` });
    expect((await stranger.checkEngine())[0]).toMatchObject({
      state: 'missing',
      value: expect.stringContaining('Permission denied'),
      nextStep: expect.stringContaining('docker version'),
    });
    await stranger.close();
  });
});
