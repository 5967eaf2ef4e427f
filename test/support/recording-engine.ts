import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';

/** One question that a driver asked. */
export interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

/** What answers a question: status and JSON; undefined leaves it to the usual answers. */
export type Answer = (question: Recorded) => { status: number; body: unknown } | undefined;

/** Something that answers as an engine does and remembers what it was asked, for engines and GPUs that no test machine has. */
export class RecordingEngine {
  readonly questions: Recorded[] = [];
  readonly host: string;
  readonly #folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-recording-'));
  readonly #server: http.Server;

  private constructor(answer: Answer) {
    this.host = `unix://${path.join(this.#folder, 'engine.sock')}`;
    this.#server = http.createServer(async (request, response) => {
      const pieces: Buffer[] = [];
      for await (const piece of request) pieces.push(piece as Buffer);
      const text = Buffer.concat(pieces).toString();
      const question = {
        method: request.method!,
        path: request.url!,
        body: text.startsWith('{') ? JSON.parse(text) : text,
      };
      this.questions.push(question);
      const { status, body } = answer(question) ?? usual(question);
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(body === null ? undefined : JSON.stringify(body));
    });
  }

  static async start(answer: Answer): Promise<RecordingEngine> {
    const engine = new RecordingEngine(answer);
    await new Promise<void>((resolve) => engine.#server.listen(engine.host.slice('unix://'.length), resolve));
    return engine;
  }

  /** The container that was asked for last. */
  get created(): Record<string, never> & {
    HostConfig: Record<string, unknown>;
    Env: string[];
    User?: string;
  } {
    const found = this.questions.findLast(({ path: place }) => place.startsWith('/containers/create?name='));
    return found!.body as never;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
    fs.rmSync(this.#folder, { recursive: true, force: true });
  }
}

const missing = { status: 404, body: { message: 'no such thing' } };

function usual({ method, path: place }: Recorded): { status: number; body: unknown } {
  if (/^\/images\/.*\/json/.test(place))
    return {
      status: 200,
      body: { Id: `sha256:${'a'.repeat(64)}`, Config: { Env: ['PYTHONPATH=/opt/lib'], Entrypoint: null } },
    };
  if (place.startsWith('/containers/create?name=')) return { status: 201, body: { Id: 'c'.repeat(64) } };
  if (method === 'POST' && place.endsWith('/start')) return { status: 204, body: null };
  if (place === '/info') return { status: 200, body: {} };
  if (place === '/version') return { status: 200, body: { Version: '28.0.0', ApiVersion: '1.48' } };
  return missing;
}
