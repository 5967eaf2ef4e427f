import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type Dockerode from 'dockerode';
import { AppError, fromSystemError } from '../../kernel/app-error.ts';
import type { EngineAddress } from './engine-address.ts';
import { isOutage, noEngine, outage, statusOf, wordsOf } from './engine-errors.ts';
import { type EngineTraits, readTraits } from './engine-traits.ts';
import { type EngineCandidate, engineCandidates } from './find-engine.ts';
import { createSshAgent } from './ssh-agent.ts';

/** How long the engine may think about a question; a stopped daemon accepts connections and never answers. */
const QUESTION_MS = 60_000;
const HELLO_MS = 15_000;

/** A client that has been answered, and what answered it. */
export interface ConnectedEngine {
  readonly docker: Dockerode;
  readonly traits: EngineTraits;
  readonly host: string;
}

/** The container engine of a target: connected to at first use, again after an outage. */
export interface Engine {
  /**
   * Ask the engine something. Rejects with TARGET_FAILED when it cannot be reached or goes silent; what it answers with an error
   * comes through as dockerode gives it (`statusOf` tells), except for the declared faults that any answer may be.
   */
  ask<T>(action: (engine: ConnectedEngine) => Promise<T>, limitMs?: number): Promise<T>;
  /** Cut every connection; the containers go on. */
  close(): void;
}

export function createEngine(address: EngineAddress): Engine {
  let connection: Promise<ConnectedEngine> | null = null;
  const agents = new Set<http.Agent>();

  async function connect(): Promise<ConnectedEngine> {
    const candidates = engineCandidates(address);
    let failure: unknown = noEngine(candidates.map(({ host }) => host));
    for (const candidate of candidates) {
      const { docker, agent } = await createClient(candidate);
      try {
        const traits = await within(HELLO_MS, readTraits(docker, candidate.host, address.shared));
        agents.add(agent);
        return { docker, traits, host: candidate.host };
      } catch (error) {
        agent.destroy();
        failure = isOutage(error) ? outage(error, candidate.host) : refusal(error, candidate.host);
      }
    }
    throw failure;
  }

  return {
    async ask(action, limitMs = QUESTION_MS) {
      connection ??= connect();
      const mine = connection;
      const engine = await mine.catch((error: unknown) => {
        if (connection === mine) connection = null;
        throw error;
      });
      try {
        return await within(limitMs, action(engine));
      } catch (error) {
        if (error instanceof AppError) throw error;
        if (isOutage(error)) {
          // Whatever answers there next may be another version of it. Streams of the old connection end by themselves.
          if (connection === mine) connection = null;
          throw outage(error, engine.host);
        }
        throw statusOf(error) === null ? fromSystemError(error, engine.host) : declared(error);
      }
    },
    close() {
      connection = null;
      for (const agent of agents) agent.destroy();
      agents.clear();
    },
  };
}

/** The package is loaded when a target of this kind is first used: it costs 170 ms and 33 MB. */
async function createClient(candidate: EngineCandidate): Promise<{ docker: Dockerode; agent: http.Agent }> {
  const { default: Docker } = await import('dockerode');
  const url = new URL(candidate.host);
  switch (url.protocol) {
    case 'unix:':
    case 'npipe:': {
      const agent = new http.Agent({ keepAlive: true });
      const socketPath = candidate.host.slice(url.protocol.length + 2);
      return { docker: new Docker(options({ socketPath, agent })), agent };
    }
    case 'ssh:': {
      const agent = createSshAgent(url);
      return { docker: new Docker(options({ protocol: 'http', host: 'engine', port: 80, agent })), agent };
    }
    default: {
      const place = { host: url.hostname, port: Number(url.port || (candidate.tls ? 2376 : 2375)) };
      if (!candidate.tls) {
        const agent = new http.Agent({ keepAlive: true });
        return { docker: new Docker(options({ protocol: 'http', ...place, agent })), agent };
      }
      const files = await readKeys(candidate.tls);
      const agent = new https.Agent({ keepAlive: true, ...files });
      return { docker: new Docker(options({ protocol: 'https', ...place, ...files, agent })), agent };
    }
  }
}

/** The client takes an agent, which its types do not know. */
const options = (given: Dockerode.DockerOptions & { readonly agent: http.Agent }): Dockerode.DockerOptions =>
  given;

async function readKeys(tls: NonNullable<EngineCandidate['tls']>) {
  const read = (file: string) =>
    fs.promises.readFile(file, 'utf8').catch((error: unknown) => {
      throw fromSystemError(error, file);
    });
  const [ca, cert, key] = await Promise.all([read(tls.ca), read(tls.cert), read(tls.key)]);
  return { ca, cert, key };
}

/** The client never settles when a connection dies in the middle of an answer, so that every question has its own limit. */
async function within<T>(limitMs: number, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(Object.assign(new Error(`EngineSilent for ${limitMs} ms`), { code: 'ETIMEDOUT' })),
      limitMs,
    );
  });
  try {
    return await Promise.race([answer, silence]);
  } finally {
    clearTimeout(timer);
    answer.catch(() => undefined);
  }
}

/** Answers that mean the same whatever was asked. */
function declared(error: unknown): unknown {
  if (/no space left on device/i.test(wordsOf(error)))
    return new AppError('DISK_FULL', `The engine's disk is full: ${wordsOf(error)}`, {
      nextStep: 'Free space where the engine keeps its images, for example with "docker system prune".',
      cause: error,
    });
  return error;
}

function refusal(error: unknown, host: string): unknown {
  if (error instanceof AppError || statusOf(error) === null) return error;
  return new AppError('TARGET_FAILED', `The engine at ${host} refused: ${wordsOf(error)}`, {
    nextStep: 'Check that a Docker or Podman engine answers at this address.',
    details: { engine: host },
    cause: error,
  });
}
