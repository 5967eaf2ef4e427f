import { spawn } from 'node:child_process';
import http from 'node:http';
import { Duplex } from 'node:stream';

/**
 * HTTP over the user's own `ssh`, as the docker command does it: every connection is a process that runs `docker system
 * dial-stdio` at the other end. So host keys, jump hosts, agents and names of `~/.ssh/config` count as they do by hand, and
 * nobody is asked for a password (BatchMode).
 */
export function createSshAgent(address: URL): http.Agent {
  const agent = new http.Agent({ keepAlive: true, keepAliveMsecs: 30_000, maxFreeSockets: 4 });
  agent.createConnection = () => new SshConnection(sshArguments(address));
  return agent;
}

/** Words for `ssh`; a host or user that begins with "-" would be an option and is refused by the "--" before it. */
export function sshArguments(address: URL): string[] {
  const user = address.username ? ['-l', decodeURIComponent(address.username)] : [];
  const port = address.port ? ['-p', address.port] : [];
  const host = address.hostname.replace(/^\[|\]$/g, '');
  const command = ['docker', 'system', 'dial-stdio'];
  return ['-T', '-o', 'BatchMode=yes', '-o', 'ConnectTimeout=10', ...user, ...port, '--', host, ...command];
}

/** A process's input and output as the stream that node:http takes for a socket. */
class SshConnection extends Duplex {
  readonly #child;
  #complaint = '';

  constructor(words: readonly string[]) {
    super();
    const child = spawn('ssh', words, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child = child;
    child.stderr.on('data', (text: Buffer) => {
      this.#complaint = (this.#complaint + text.toString()).slice(-2000);
    });
    child.stdout.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) child.stdout.pause();
    });
    child.stdin.on('error', (error) => this.destroy(error));
    child.on('error', (error) => this.destroy(error));
    // Its output ends before its code is known, and only the code tells an end from a failure.
    child.on('close', (code) => {
      if (code) this.destroy(new SshFailure(this.#complaint.trim() || `ssh ended with code ${code}`));
      else this.push(null);
    });
  }

  override _read(): void {
    this.#child.stdout.resume();
  }
  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#child.stdin.write(chunk, done);
  }
  override _final(done: () => void): void {
    this.#child.stdin.end(done);
  }
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#child.kill();
    done(error);
  }

  // What node:http asks of a socket beyond a stream; a process has none of it.
  setTimeout(): this {
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
}

/** What ssh said when it could not connect. */
export class SshFailure extends Error {
  override readonly name = 'SshFailure';
  readonly code = 'ESSH';
}
