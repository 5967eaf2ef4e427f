import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type LatheProcess, startLathe, watched } from './lathe-process.ts';

/** The release that Lathe is compared with; the benchmark uses the same. */
export const mlflowPackage = 'mlflow==3.17.2';

export interface ServedTracking {
  readonly url: string;
  readonly token: string;
  stop(): Promise<void>;
}

/** Variables of a program that logs with MLflow's client to a server. */
export function clientVariables({ url, token }: Pick<ServedTracking, 'url' | 'token'>): NodeJS.ProcessEnv {
  return {
    ...process.env,
    MLFLOW_TRACKING_URI: url,
    MLFLOW_TRACKING_TOKEN: token,
    MLFLOW_DISABLE_TELEMETRY: 'true',
    DO_NOT_TRACK: 'true',
    GIT_PYTHON_REFRESH: 'quiet',
  };
}

/**
 * MLflow's own server with an SQLite store in a folder of its own: one worker, loopback only.
 *
 * @param folder may have an `mlflow.db` already; it is removed in the end
 */
export async function startMlflowServer(
  python: string,
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-mlflow-')),
): Promise<ServedTracking> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(
    python,
    [
      ...['-m', 'mlflow', 'server', '--host', '127.0.0.1', '--port', String(port), '--workers', '1'],
      ...['--backend-store-uri', `sqlite:///${path.join(folder, 'mlflow.db')}`],
      ...['--artifacts-destination', path.join(folder, 'artifacts')],
    ],
    {
      cwd: folder,
      // The server's own processes end with it: they are in its group.
      detached: true,
      env: {
        ...clientVariables({ url, token: '' }),
        PATH: `${path.dirname(python)}${path.delimiter}${process.env.PATH}`,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4000);
  });
  try {
    await healthy(url, child, () => said);
  } catch (error) {
    await endGroup(child, folder);
    throw error;
  }
  return { url, token: '', stop: () => endGroup(child, folder) };
}

/** Lathe's host on a workspace, listening on a free port or on the one that is named. */
export async function serveWorkspace(
  workspace: string,
  port = 0,
): Promise<ServedTracking & { readonly lathe: LatheProcess }> {
  return servedBy(startLathe(['serve', '--port', String(port), '--inference-port', '0'], workspace));
}

async function servedBy(lathe: LatheProcess): Promise<ServedTracking & { readonly lathe: LatheProcess }> {
  const [, url, token] = await lathe.said(/(http:\/\/127\.0\.0\.1:\d+)\/\?token=(\S+)/);
  return {
    lathe,
    url: url!,
    token: token!,
    async stop() {
      lathe.child.kill('SIGTERM');
      await lathe.finished;
    },
  };
}

export interface WaitingHost {
  /** Serve the workspace, which no other host may have any more. */
  serve(): Promise<ServedTracking & { readonly lathe: LatheProcess }>;
  /** For one that is not needed. */
  end(): Promise<void>;
}

/** A host that loads its program at once and opens the workspace when it is told to, so that a restart takes a moment. */
export function startWaitingHost(workspace: string, port: number): WaitingHost {
  const script = path.join(import.meta.dirname, 'waiting-host.ts');
  const child = spawn(process.execPath, [script, workspace, String(port)], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // Compiled code is kept for the next one.
    env: { ...process.env, NODE_COMPILE_CACHE: path.join(os.tmpdir(), 'node-compile-cache') },
  });
  const lathe = watched(child, 'the waiting host');
  return {
    async serve() {
      child.stdin.write('serve\n');
      return servedBy(lathe);
    },
    async end() {
      child.kill('SIGKILL');
      await lathe.finished;
    },
  };
}

/** A port that nobody listens on at the moment. */
export async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The server loads its packages for a while before it answers. */
async function healthy(url: string, child: ChildProcess, said: () => string): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (child.exitCode !== null) throw new Error(`MLflow's server ended:\n${said()}`);
    const answer = await fetch(`${url}/health`).catch(() => null);
    if (answer?.ok) return;
    await delay(200);
  }
  throw new Error(`MLflow's server did not answer:\n${said()}`);
}

async function endGroup(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null && child.pid !== undefined) {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    process.kill(-child.pid, 'SIGKILL');
    await ended;
  }
  fs.rmSync(folder, { recursive: true, force: true });
}
