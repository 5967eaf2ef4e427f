import crypto from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import type { EngineAddress } from './engine-address.ts';

/** One place to look for an engine. */
export interface EngineCandidate {
  readonly host: string;
  readonly tls: EngineAddress['tls'];
}

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Where to look for the engine, best first. An address that somebody named (the target's own, DOCKER_HOST, a context) is the only
 * candidate: another engine that happens to run must not take its place.
 */
export function engineCandidates(
  address: EngineAddress,
  variables: Variables = process.env,
  home = os.homedir(),
): readonly EngineCandidate[] {
  if (address.host !== null) return [{ host: address.host, tls: address.tls }];
  const named = fromVariables(variables) ?? fromContext(variables, home);
  if (named) return [named];
  return defaultSockets(variables, home)
    .filter((socket) => socket.startsWith('//./') || fs.existsSync(socket))
    .map((socket) => ({ host: socketUrl(socket), tls: null }));
}

/** Sockets that engines make when nobody tells them otherwise, the system's first. */
export function defaultSockets(variables: Variables, home: string): readonly string[] {
  if (process.platform === 'win32') return ['//./pipe/docker_engine', '//./pipe/podman-machine-default'];
  const runtime = variables.XDG_RUNTIME_DIR;
  return [
    '/var/run/docker.sock',
    ...(runtime ? [path.join(runtime, 'docker.sock')] : []),
    path.join(home, '.docker', 'run', 'docker.sock'),
    path.join(home, '.docker', 'desktop', 'docker.sock'),
    ...(runtime ? [path.join(runtime, 'podman', 'podman.sock')] : []),
    '/run/podman/podman.sock',
  ];
}

function socketUrl(socket: string): string {
  return socket.startsWith('//./') ? `npipe://${socket}` : `unix://${socket}`;
}

function fromVariables(variables: Variables): EngineCandidate | null {
  const host = variables.DOCKER_HOST;
  if (!host) return null;
  const folder = variables.DOCKER_CERT_PATH;
  const encrypted = Boolean(variables.DOCKER_TLS_VERIFY) && folder !== undefined;
  return { host: host.includes('://') ? host : `tcp://${host}`, tls: encrypted ? tlsFiles(folder) : null };
}

const configForm = z.object({ currentContext: z.string().optional() });
const contextForm = z.object({ Endpoints: z.object({ docker: z.object({ Host: z.string() }) }) });

/** The docker command's current context: its name is in config.json, its address in a folder named by the name's SHA-256. */
function fromContext(variables: Variables, home: string): EngineCandidate | null {
  const folder = variables.DOCKER_CONFIG ?? path.join(home, '.docker');
  const name =
    variables.DOCKER_CONTEXT ?? readJson(path.join(folder, 'config.json'), configForm)?.currentContext;
  if (!name || name === 'default') return null;
  const id = crypto.createHash('sha256').update(name).digest('hex');
  const meta = readJson(path.join(folder, 'contexts', 'meta', id, 'meta.json'), contextForm);
  if (!meta) return null;
  const tls = path.join(folder, 'contexts', 'tls', id, 'docker');
  return { host: meta.Endpoints.docker.Host, tls: fs.existsSync(tls) ? tlsFiles(tls) : null };
}

function tlsFiles(folder: string): NonNullable<EngineAddress['tls']> {
  return {
    ca: path.join(folder, 'ca.pem'),
    cert: path.join(folder, 'cert.pem'),
    key: path.join(folder, 'key.pem'),
  };
}

/** @returns null for a file that is not there or not of the form: the docker command's files are its own business */
function readJson<T>(file: string, form: z.ZodType<T>): T | null {
  try {
    return form.parse(JSON.parse(fs.readFileSync(file, 'utf8')));
  } catch {
    return null;
  }
}
