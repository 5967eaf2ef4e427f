import { randomBytes } from 'node:crypto';
import type { AnyRouter } from '@orpc/server';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { errorTable } from '../../app/contract/errors.ts';
import type { Event } from '../../app/contract/events.contract.ts';
import type { RunId } from '../../app/contract/ids.ts';
import type { LatheClient } from '../../app/contract/index.ts';
import { toAppError } from '../../app/host/transports/clients.ts';
import { AppError } from '../../app/kernel/app-error.ts';
import { Live } from '../../app/kernel/live.ts';
import { newId } from '../../app/kernel/new-id.ts';
import { MemoryLog } from '../support/memory-log.ts';
import { stubRouter } from '../support/stub-router.ts';

export interface ConnectedTransport {
  readonly client: LatheClient;
  /** Cut the connection without a goodbye, where the transport has one. */
  cut?(): void;
  close(): Promise<void>;
}

export interface Transport {
  readonly name: string;
  /** False for a call in the same process, which has no wire that values could be lost on. */
  readonly hasWire: boolean;
  /** Serve the router and return a way to connect to it, as often as the suite likes. */
  serve(
    router: AnyRouter,
    log: MemoryLog,
  ): Promise<{ connect(): Promise<ConnectedTransport>; close(): Promise<void> }>;
}

const tenMegabytes: Uint8Array<ArrayBuffer> = new Uint8Array(randomBytes(10_000_000));
const unicode = 'Grüße, 世界 \u{1f469}\u200d\u{1f52c} \u0000 "\\" \u2028';
const runId = newId<RunId>();
const project = { name: 'digits', current: true, datasets: 0, runs: 0, models: 0, createdAt: 1 };

/** What the stub behind the suite remembers, so that a test sees what reached the other side. */
function createScene() {
  const live = new Live<Event>();
  const past: Event[] = [];
  const scene = {
    log: new MemoryLog(),
    aborted: 0,
    started: 0,
    get watchers() {
      return live.watched;
    },
    append(kind = 'run.started'): Event {
      const seq = past.length + 1;
      const event = {
        seq,
        at: seq,
        kind,
        subject: { kind: 'run' as const, id: runId },
        data: {},
        hash: `h${seq}`,
      };
      past.push(event);
      live.emit(event);
      return event;
    },
    router: stubRouter({
      events: {
        // Backlog and subscription are one synchronous step at the first pull, as in the real event log.
        watch: async function* ({ input, signal }) {
          const first = past.filter(({ seq }) => seq > (input.after ?? past.length));
          yield* live.iterate(signal, { first });
        },
        verify: () => ({ ok: 'yes', events: 1, firstBadSeq: null }),
        list: ({ input }) =>
          Array.from({ length: input.limit ?? 0 }, (_, index) => ({
            seq: index + 1,
            at: 0,
            kind: unicode,
            subject: { kind: 'run', id: runId },
            data: { index, of: input.limit },
            hash: 'h',
          })),
      },
      projects: {
        list: () => [{ id: newId(), ...project, name: unicode }],
        create: ({ input }) => {
          throw new AppError('ALREADY_EXISTS', `There is a project named "${input.name}" already.`, {
            nextStep: 'Choose another name, or use that project.',
            details: { name: input.name, runs: 3, current: true, nothing: null },
          });
        },
        get: ({ input }) => ({ id: newId(), ...project, name: input.project }),
      },
      system: {
        info: () => {
          throw new Error('secret detail at /home/somebody/lathe.db');
        },
        watchResources: async function* () {
          yield { ...resources, running: 1 };
          throw new Error('secret detail of a stream');
        },
      },
      jobs: {
        get: async ({ signal }) => {
          scene.started += 1;
          await new Promise((_resolve, reject) => {
            signal?.addEventListener('abort', () => {
              scene.aborted += 1;
              reject(signal.reason);
            });
          });
        },
        watch: async function* () {
          yield* [];
          throw new AppError('NOT_FOUND', 'There is no such job.', { details: { job: 'x' } });
        },
      },
      models: { bytes: () => new Blob([tenMegabytes]) },
      runs: {
        artifactBytes: () => new Blob([]),
        points: ({ input }) => ({
          points: Array.from({ length: input.limit ?? 0 }, (_, step) => ({
            key: 'loss',
            step,
            timeMs: step,
            value: step % 3 === 0 ? 'NaN' : step % 3 === 1 ? 'Infinity' : 1e-300,
          })),
          total: input.limit,
        }),
        compare: () => ({ runs: Number.NaN, params: [], metrics: [], inputs: [], environment: [] }),
      },
      serving: {
        predict: ({ input }) => ({ outputs: input.inputs, durationMs: 1, modelMs: null }),
        stats: () => ({
          requests: 1,
          failed: 0,
          p50Ms: Number.POSITIVE_INFINITY,
          p95Ms: null,
          p99Ms: null,
          perMinute: [],
          workerMemoryBytes: null,
          recent: [],
        }),
      },
      sample: {
        start: () => ({
          id: newId(),
          kind: 'sample',
          title: 'x',
          state: 'finished',
          progress: { fraction: 1, message: '', rate: null, remainingMs: null },
          runId: null,
          failure: null,
          result: { best: Number.NEGATIVE_INFINITY, worst: Number.NaN },
          createdAt: 1,
          startedAt: 1,
          endedAt: 1,
        }),
      },
    }),
  };
  return scene;
}

const resources = {
  at: 1,
  cpuPercent: 1,
  memoryUsedBytes: 1,
  memoryTotalBytes: 1,
  diskFreeBytes: 1,
  gpus: [],
  queued: 0,
  running: 0,
};

async function failure(call: Promise<unknown>): Promise<AppError> {
  const error = await call.then(
    () => undefined,
    (reason) => toAppError(reason),
  );
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
}

async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 2000; turn += 1) {
    if (holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  throw new Error('it never came true');
}

/** Everything that a transport of the contract must do alike. A new transport joins with one call. */
export function describeTransport(transport: Transport): void {
  describe(`the contract over ${transport.name}`, () => {
    let scene: ReturnType<typeof createScene>;
    let served: Awaited<ReturnType<Transport['serve']>>;
    let connected: ConnectedTransport;
    let client: LatheClient;

    beforeAll(async () => {
      scene = createScene();
      served = await transport.serve(scene.router, scene.log);
      connected = await served.connect();
      client = connected.client;
    });
    beforeEach(() => {
      scene.log.errors.length = 0;
      scene.log.warnings.length = 0;
    });
    afterAll(async () => {
      await connected.close();
      await served.close();
    });

    it('answers a call, with every character of every language as it was', async () => {
      expect((await client.projects.list())[0]?.name).toBe(unicode);
      expect((await client.projects.get({ project: 'größe 世界 50% #1?' })).name).toBe('größe 世界 50% #1?');
    });

    it('carries a declared fault whole: code, status, message, next step and details', async () => {
      const raw = await client.projects.create({ name: 'digits' }).catch((error) => error);
      expect(raw).toMatchObject({ code: 'ALREADY_EXISTS', status: 409, defined: true });
      const error = await failure(client.projects.create({ name: 'digits' }));
      expect(error.code).toBe('ALREADY_EXISTS');
      expect(error.message).toBe('There is a project named "digits" already.');
      expect(error.nextStep).toBe('Choose another name, or use that project.');
      expect(error.details).toEqual({ name: 'digits', runs: 3, current: true, nothing: null });
      expect(scene.log.errors).toEqual([]);
    });

    it('names field, value and expectation of input that does not fit', async () => {
      const error = await failure(client.runs.points({ id: 'abc' as RunId, limit: 0 }));
      expect(error.code).toBe('INVALID_INPUT');
      expect(error.message).toContain('"id" is "abc": an id is 32 hex digits.');
      expect(error.message).toMatch(/"limit" is 0: .*>=1/);
      expect(error.nextStep).toBe(errorTable.INVALID_INPUT.nextStep);
      expect(error.details).toMatchObject({ field: 'id', value: '"abc"', issues: 2 });
      expect(scene.log.errors).toEqual([]);
    });

    it('names a value that is missing', async () => {
      const error = await failure(client.projects.create({} as { name: string }));
      expect(error.code).toBe('INVALID_INPUT');
      expect(error.message).toContain('"name" is missing');
    });

    it.runIf(transport.hasWire)(
      'says NOT_FOUND for a procedure that the contract does not have',
      async () => {
        const raw = await (client as unknown as { magic: { trick(): Promise<unknown> } }).magic
          .trick()
          .catch((e) => e);
        // The OpenAPI client refuses before it sends: it knows the contract.
        if (!String(raw).includes('StandardOpenapiLinkCodec'))
          expect(raw).toMatchObject({ code: 'NOT_FOUND', status: 404 });
      },
    );

    it('shows a bug as an incident and logs it in full', async () => {
      const error = await failure(client.system.info());
      expect(error.code).toBe('BUG');
      expect(error.details).toMatchObject({ incidentId: 'incident-1' });
      expect(JSON.stringify([error.message, error.nextStep, error.details])).not.toMatch(
        /secret|home|lathe\.db|\.ts/,
      );
      expect(String(scene.log.errors[0]?.error)).toContain('secret detail');
    });

    it('treats output that breaks the contract as a bug', async () => {
      expect((await failure(client.events.verify())).code).toBe('BUG');
      expect((await failure(client.runs.compare({ runs: [runId] }))).code).toBe('BUG');
      expect(scene.log.errors).toHaveLength(2);
    });

    it.runIf(transport.hasWire)(
      'never turns an infinity into null: where a number is promised it is a bug, elsewhere a word',
      async () => {
        const id = newId<Parameters<LatheClient['serving']['stats']>[0]['id']>();
        expect((await failure(client.serving.stats({ id }))).code).toBe('BUG');
        expect((await client.sample.start()).result).toEqual({ best: '-Infinity', worst: 'NaN' });
      },
    );

    it('carries NaN and infinities both ways as the words of wireNumber', async () => {
      const data = ['NaN', 'Infinity', '-Infinity', 1.5, -0.25] as const;
      const tensor = { name: 'x', datatype: 'FP32' as const, shape: [5], data: [...data] };
      const { outputs } = await client.serving.predict({ endpoint: 'e', inputs: [tensor] });
      expect(outputs[0]?.data).toEqual(data);
      const { points } = await client.runs.points({ id: runId, limit: 3 });
      expect(points.map(({ value }) => value)).toEqual(['NaN', 'Infinity', 1e-300]);
    });

    it('carries ten megabytes of bytes unchanged, and none as none', async () => {
      const id = newId<Parameters<LatheClient['models']['bytes']>[0]['id']>();
      const bytes = Buffer.from(await (await client.models.bytes({ id })).arrayBuffer());
      expect(bytes.equals(tenMegabytes)).toBe(true);
      const none = await client.runs.artifactBytes({ id: newId() });
      expect(none.size).toBe(0);
    });

    it('carries a large list', async () => {
      const { points } = await client.runs.points({ id: runId, limit: 100_000 });
      expect(points).toHaveLength(100_000);
      expect(points.at(-1)?.step).toBe(99_999);
    });

    it('keeps a thousand calls at once apart', async () => {
      const limits = Array.from({ length: 1000 }, (_, index) => (index % 50) + 1);
      const lists = await Promise.all(limits.map((limit) => client.events.list({ limit })));
      expect(lists.map((list) => list.length)).toEqual(limits);
    });

    it('carries cancellation to the handler, and nobody calls it an error', async () => {
      const abort = new AbortController();
      const { started, aborted } = scene;
      const call = client.jobs.get({ id: newId() }, { signal: abort.signal }).catch((error) => error);
      await until(() => scene.started > started);
      abort.abort();
      expect(await call).toBeInstanceOf(Error);
      await until(() => scene.aborted > aborted);
      expect(scene.log.errors).toEqual([]);
    });

    it('streams events from the one asked for, without a gap and without a duplicate, across a reconnect', async () => {
      const before = scene.append().seq;
      const seen: number[] = [];
      for (let index = 0; index < 50; index += 1) scene.append();
      for await (const event of await client.events.watch({ after: before })) {
        seen.push(event.seq);
        if (seen.length === 20) break;
      }
      for (let index = 0; index < 50; index += 1) scene.append();
      const again = await served.connect();
      const stream = await again.client.events.watch({ after: seen.at(-1) as number });
      scene.append();
      for await (const event of stream) {
        seen.push(event.seq);
        if (seen.length === 101) break;
      }
      expect(seen).toEqual(Array.from({ length: 101 }, (_, index) => before + 1 + index));
      await again.close();
      await until(() => !scene.watchers);
    });

    it('lets go of the source when the reader stops early', async () => {
      const stream = await client.events.watch({});
      const next = stream.next();
      await until(() => scene.watchers);
      scene.append();
      await next;
      await stream.return?.(undefined);
      await until(() => !scene.watchers);
      expect(scene.log.errors).toEqual([]);
    });

    it('lets go of the source when a waiting reader is cancelled', async () => {
      const abort = new AbortController();
      const stream = await client.events.watch({}, { signal: abort.signal });
      const next = stream.next().catch(() => undefined);
      await until(() => scene.watchers);
      abort.abort();
      await next;
      await until(() => !scene.watchers);
      expect(scene.log.errors).toEqual([]);
    });

    it('lets go of the source when the connection is lost', async () => {
      const other = await served.connect();
      if (other.cut === undefined) return other.close();
      const stream = await other.client.events.watch({});
      const next = stream.next().catch((error) => error);
      await until(() => scene.watchers);
      other.cut();
      await next;
      await until(() => !scene.watchers);
    });

    it('carries the faults of a stream as it carries those of a call', async () => {
      const declared = async () => {
        for await (const _ of await client.jobs.watch({ id: newId() }));
      };
      expect(await failure(declared())).toMatchObject({ code: 'NOT_FOUND', details: { job: 'x' } });
      const bug = async () => {
        for await (const _ of await client.system.watchResources());
      };
      const error = await failure(bug());
      expect(error.code).toBe('BUG');
      expect(error.message).not.toContain('secret');
      expect(scene.log.errors).toHaveLength(1);
    });
  });
}
