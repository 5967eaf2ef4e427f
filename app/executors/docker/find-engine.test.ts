import crypto from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { engineAddress } from './engine-address.ts';
import { engineCandidates } from './find-engine.ts';
import { sshArguments } from './ssh-agent.ts';

let home: string;
beforeEach(() => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-home-'));
});
afterEach(() => fs.rmSync(home, { recursive: true }));

const anywhere = engineAddress.parse({});

describe('where an engine is looked for', () => {
  it('is the address of the target and nothing else', () => {
    const address = engineAddress.parse({ host: 'tcp://192.0.2.7:2376' });
    const variables = { DOCKER_HOST: 'unix:///other.sock' };
    expect(engineCandidates(address, variables, home)).toEqual([{ host: 'tcp://192.0.2.7:2376', tls: null }]);
  });

  it('is what the docker command would use, with its certificates', () => {
    expect(engineCandidates(anywhere, { DOCKER_HOST: 'unix:///run/my.sock' }, home)).toEqual([
      { host: 'unix:///run/my.sock', tls: null },
    ]);
    const variables = { DOCKER_HOST: '192.0.2.7:2376', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/keys' };
    expect(engineCandidates(anywhere, variables, home)).toEqual([
      {
        host: 'tcp://192.0.2.7:2376',
        tls: { ca: '/keys/ca.pem', cert: '/keys/cert.pem', key: '/keys/key.pem' },
      },
    ]);
  });

  it('is the current context of the docker command', () => {
    const folder = path.join(home, '.docker');
    const id = crypto.createHash('sha256').update('box').digest('hex');
    const meta = path.join(folder, 'contexts', 'meta', id);
    fs.mkdirSync(meta, { recursive: true });
    fs.writeFileSync(path.join(folder, 'config.json'), '{"currentContext":"box"}');
    fs.writeFileSync(
      path.join(meta, 'meta.json'),
      '{"Name":"box","Endpoints":{"docker":{"Host":"ssh://me@box"}}}',
    );
    expect(engineCandidates(anywhere, {}, home)).toEqual([{ host: 'ssh://me@box', tls: null }]);
    // DOCKER_HOST counts more.
    expect(engineCandidates(anywhere, { DOCKER_HOST: 'unix:///a' }, home)[0]!.host).toBe('unix:///a');
  });

  it.skipIf(process.platform === 'win32')(
    'is every default socket that is there, rootless ones too',
    async () => {
      const runtime = path.join(home, 'runtime');
      const rootless = path.join(runtime, 'docker.sock');
      const podman = path.join(runtime, 'podman', 'podman.sock');
      fs.mkdirSync(path.dirname(podman), { recursive: true });
      const servers = [rootless, podman].map((place) => net.createServer().listen(place));
      await Promise.all(servers.map((server) => new Promise((resolve) => server.once('listening', resolve))));
      const hosts = engineCandidates(anywhere, { XDG_RUNTIME_DIR: runtime }, home).map(({ host }) => host);
      expect(hosts.filter((host) => host.includes(home))).toEqual([`unix://${rootless}`, `unix://${podman}`]);
      for (const server of servers) server.close();
    },
  );

  it('refuses an address of another kind', () => {
    expect(engineAddress.safeParse({ host: 'ftp://box' }).success).toBe(false);
    expect(engineAddress.safeParse({ host: '/var/run/docker.sock' }).success).toBe(false);
  });
});

describe('an engine behind ssh', () => {
  it('is reached with the words of the address, none of which is an option', () => {
    const address = ['-l', 'me', '-p', '2222', '--', 'box', 'docker', 'system', 'dial-stdio'];
    expect(sshArguments(new URL('ssh://me@box:2222')).slice(-address.length)).toEqual(address);
    const words = sshArguments(new URL('ssh://-oProxyCommand=evil'));
    expect(words.indexOf('--')).toBeLessThan(words.findIndex((word) => /proxycommand/i.test(word)));
  });
});
