import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DockerExecutor } from '../../app/executors/docker/docker.executor.ts';
import { findTestEngine } from '../support/docker-engine.ts';
import {
  begin,
  executorFor,
  makeData,
  outputOf,
  pythonRun,
  runToEnd,
  until,
  watch,
} from './container-run.ts';

const engine = await findTestEngine();
const keys = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-keys-'));
const key = (name: string) => path.join(keys, name);
let server: tls.Server;
let executor: DockerExecutor;
let host: string;

/** A certificate authority and two certificates, as an engine and its user have them. */
function makeKeys(): void {
  const openssl = (...words: string[]) => execFileSync('openssl', words, { cwd: keys, stdio: 'ignore' });
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...curve,
    '-keyout',
    'ca-key.pem',
    '-out',
    'ca.pem',
    '-subj',
    '/CN=tests',
    '-days',
    '2',
  );
  for (const [name, use] of [
    ['server', 'serverAuth'],
    ['client', 'clientAuth'],
  ]) {
    openssl('req', ...curve, '-keyout', `${name}-key.pem`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
    fs.writeFileSync(key('extensions'), `subjectAltName=IP:127.0.0.1\nextendedKeyUsage=${use}\n`);
    const signed = [
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca-key.pem',
      '-CAcreateserial',
      '-extfile',
      'extensions',
      '-days',
      '2',
    ];
    openssl('x509', '-req', '-in', `${name}.csr`, '-out', `${name}.pem`, ...signed);
  }
}

beforeAll(async () => {
  if (!engine) return;
  makeKeys();
  const read = (name: string) => fs.readFileSync(key(name));
  // The engine's own listener would need its certificates at its start; this one stands before the one that runs.
  server = tls.createServer(
    {
      ca: read('ca.pem'),
      cert: read('server.pem'),
      key: read('server-key.pem'),
      requestCert: true,
      rejectUnauthorized: true,
    },
    (from) => {
      const to = net.connect(engine.host.slice('unix://'.length));
      from.pipe(to).pipe(from);
      from.on('error', () => to.destroy());
      to.on('error', () => from.destroy());
    },
  );
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = `tcp://127.0.0.1:${(server.address() as net.AddressInfo).port}`;
  executor = executorFor(
    { host },
    { address: { tls: { ca: key('ca.pem'), cert: key('client.pem'), key: key('client-key.pem') } } },
  );
});
afterAll(async () => {
  await executor?.close();
  server?.close();
  await engine?.stop();
  fs.rmSync(keys, { recursive: true, force: true });
});

describe.skipIf(!engine)('an engine that does not see the files of this machine', () => {
  it('gets code and data, and everything that the program made comes back', async () => {
    const data = makeData({ 'table.csv': 'a,b\n1,2\n' });
    fs.mkdirSync(path.join(data, 'deep'));
    fs.writeFileSync(path.join(data, 'deep', 'er.txt'), 'deeper');
    const run = pythonRun(
      `
import os
data = os.environ['LATHE_DATA']
print(open(data + '/table.csv').read(), open(data + '/deep/er.txt').read(), open(os.environ['LATHE_PARAMS']).read(), os.getuid())
try: open(data + '/new', 'w'); print('wrote')
except OSError as error: print(error.errno)
out = os.environ['LATHE_OUTPUTS']
os.makedirs(out + '/models/a')
open(out + '/models/a/big.bin', 'wb').write(b'x' * 3000000)
open(out + '/empty', 'w')
open('/lathe/run/checkpoint/last', 'w').write('step 7')
os.symlink('/etc/passwd', out + '/passwd')
os.mkfifo(out + '/pipe')
with open('/lathe/run/journal/train.jsonl', 'w') as journal:
    journal.write('{"type":"header","version":1,"writer":"train"}\\n')
    journal.write('{"type":"tag","key":"a","value":"b"}\\n')
import lathe.describe
`,
      { params: { rate: 1 }, inputs: [{ name: 'data', path: data }] },
    );
    const { exit } = await runToEnd(executor, run);
    expect(outputOf(run, 'stderr.log')).toBe('');
    expect(exit?.state).toBe('finished');
    expect(outputOf(run)).toBe('a,b\n1,2\n deeper {"rate":1} 1234\n30\n');
    const at = (name: string) => path.join(run.folder, name);
    expect(fs.statSync(at('outputs/models/a/big.bin')).size).toBe(3_000_000);
    expect(fs.statSync(at('outputs/empty')).size).toBe(0);
    expect(fs.readFileSync(at('checkpoint/last'), 'utf8')).toBe('step 7');
    expect(fs.readFileSync(at('journal/train.jsonl'), 'utf8')).toMatch(/header.*\n.*tag.*\n$/);
    // What is no regular file stays where it was.
    expect(fs.readdirSync(at('outputs')).sort()).toEqual(['empty', 'models']);
    const { volumes } = await executor.leftovers();
    expect(volumes.filter(({ run: id }) => id === run.id)).toEqual([]);
  });

  it('tells of metrics while the program runs, a file always before the line that names it', {
    timeout: 120_000,
  }, async () => {
    const run = pythonRun(`
import os, time
journal = open('/lathe/run/journal/train.jsonl', 'w', buffering=1)
journal.write('{"type":"header","version":1,"writer":"train"}\\n')
open(os.environ['LATHE_OUTPUTS'] + '/picture.png', 'w').write('pixels')
journal.write('{"type":"artifact","path":"picture.png"}\\n{"type":"artifact","path":"../../params.json"}\\n')
time.sleep(60)
`);
    const handle = await begin(executor, run);
    await until('the journal is here', async () => {
      await executor.observe(handle, run.folder);
      return outputOf(run, 'journal/train.jsonl').includes('picture');
    });
    expect(outputOf(run, 'outputs/picture.png')).toBe('pixels');
    await executor.cancel(handle, run.folder, true);
    expect(await watch(executor, handle, run.folder)).toMatchObject({ state: 'cancelled' });
    await executor.collect(handle, run.folder);
  });

  it('records nothing twice when another core takes over, and a continued run finds its checkpoint', {
    timeout: 120_000,
  }, async () => {
    const run = pythonRun(`
import os, time
print(os.listdir('/lathe/run/checkpoint'), flush=True)
open('/lathe/run/checkpoint/last', 'w').write('x')
journal = open('/lathe/run/journal/train.jsonl', 'a', buffering=1)
for n in range(30):
    journal.write('{"n":%d}\\n' % n); time.sleep(0.1)
`);
    const first = await begin(executor, run);
    await until('some of the journal is here', async () => {
      await executor.observe(first, run.folder);
      return outputOf(run, 'journal/train.jsonl').includes('"n":3');
    });
    const other = executorFor(
      { host },
      { address: { tls: { ca: key('ca.pem'), cert: key('client.pem'), key: key('client-key.pem') } } },
    );
    expect(await watch(other, first, run.folder)).toMatchObject({ state: 'finished' });
    await other.close();
    await executor.collect(first, run.folder);
    const lines = Array.from({ length: 30 }, (_, n) => `{"n":${n}}\n`).join('');
    expect(outputOf(run, 'journal/train.jsonl')).toBe(lines);

    for (const name of ['exit.json', 'process.json']) fs.rmSync(path.join(run.folder, name));
    const second = await begin(executor, run);
    await watch(executor, second, run.folder);
    await executor.collect(second, run.folder);
    expect(outputOf(run)).toBe(`[]\n['last']\n`);
    expect(outputOf(run, 'journal/train.jsonl')).toBe(lines + lines);
  });
});

describe.skipIf(!engine)('an engine behind TLS', () => {
  it('is not used without a certificate that it trusts', async () => {
    const stranger = executorFor(
      { host },
      { address: { tls: { ca: key('ca.pem'), cert: key('server.pem'), key: key('client-key.pem') } } },
    );
    const [check] = await stranger.checkEngine();
    expect(check).toMatchObject({ state: 'missing' });
    const plain = executorFor({ host });
    expect((await plain.checkEngine())[0]).toMatchObject({ state: 'missing' });
  });

  it('is not believed without one that this machine trusts', async () => {
    const deceived = executorFor(
      { host },
      { address: { tls: { ca: key('client.pem'), cert: key('client.pem'), key: key('client-key.pem') } } },
    );
    expect((await deceived.checkEngine())[0]).toMatchObject({
      state: 'missing',
      nextStep: expect.stringContaining('certificate'),
    });
  });
});
