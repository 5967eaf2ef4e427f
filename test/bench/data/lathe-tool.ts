import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { Job } from '../../../app/contract/jobs.contract.ts';
import type { VersionTool, VersionToolMaker } from './tool.ts';

const cli = path.resolve(import.meta.dirname, '../../../out/host/cli.js');

export interface LatheTool extends VersionTool {
  /** Opens the screens. */
  readonly link: string;
  /** Start a job by a POST under `/api/v1` and wait until it has ended. @throws if it failed, with its words */
  readonly job: (path: string, body: unknown) => Promise<Job>;
  readonly get: (path: string) => Promise<unknown>;
}

/**
 * Lathe as its users have it: the application is open, and what is measured is a request to it until its job has ended, as the screens
 * and scripts make it.
 */
export const lathe = {
  name: 'Lathe',
  missing: async () => null,
  async make(folder): Promise<LatheTool> {
    const workspace = path.join(folder, 'workspace');
    const tree = path.join(folder, 'tree');
    const restored = path.join(folder, 'restored');
    const { host, url } = await serve(workspace);
    const token = await tokenOf(workspace);
    const ask = async (where: string, init: RequestInit = {}) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const answer = await fetch(`${url}/api/v1${where}`, { ...init, headers });
      if (!answer.ok) throw new Error(`${where}: ${answer.status} ${await answer.text()}`);
      return answer;
    };
    const job = async (where: string, body: unknown) => {
      const begun = (await (await ask(where, { method: 'POST', body: JSON.stringify(body) })).json()) as Job;
      // The stream ends with the job.
      await (await ask(`/jobs/${begun.id}/watch`)).text();
      const ended = (await (await ask(`/jobs/${begun.id}`)).json()) as Job;
      if (ended.state === 'finished') return ended;
      throw new Error(`${ended.title} is ${ended.state}: ${ended.failure?.message ?? ''}`);
    };
    return {
      name: 'Lathe',
      tree,
      storage: path.join(workspace, 'objects'),
      restored,
      link: `${url}/?token=${token}`,
      job,
      get: async (where) => await (await ask(where)).json(),
      peakMiB: () =>
        Number(/VmHWM:\s+(\d+) kB/.exec(fs.readFileSync(`/proc/${host.pid}/status`, 'utf8'))?.[1]) / 1024,
      async store(label) {
        await job('/datasets/tree/import', { source: { kind: 'paths', paths: [tree] }, message: label });
      },
      async restore() {
        await job('/datasets/tree/checkout', { folder: restored });
      },
      async verify() {
        await job('/datasets/verify', {});
      },
      async close() {
        if (host.exitCode !== null || host.signalCode !== null) return;
        const gone = once(host, 'exit');
        host.kill('SIGTERM');
        await gone;
      },
    };
  },
} satisfies VersionToolMaker;

async function serve(workspace: string): Promise<{ host: ChildProcess; url: string }> {
  const words = ['serve', '--json', '--port', '0', '--inference-port', '0', '--workspace', workspace];
  const host = spawn(process.execPath, [cli, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  const first = await createInterface(host.stdout)[Symbol.asyncIterator]().next();
  if (first.done) throw new Error('the host ended before it listened');
  return { host, url: (JSON.parse(first.value) as { url: string }).url };
}

async function tokenOf(workspace: string): Promise<string> {
  const words = [cli, 'token', '--json', '--workspace', workspace];
  const { stdout } = await promisify(execFile)(process.execPath, words);
  return (JSON.parse(stdout) as { token: string }).token;
}
