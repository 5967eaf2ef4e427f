import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import { executorConformance } from '../conformance/executor.conformance.ts';
import { findTestEngine, TEST_IMAGE } from '../support/docker-engine.ts';
import { programBehaviours } from '../support/program-behaviours.ts';
import { programRun } from '../support/program-run.ts';
import { executorFor } from './container-run.ts';

const engine = await findTestEngine();
afterAll(() => engine?.stop());

const me = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

for (const shared of [true, false])
  executorConformance({
    name: shared ? 'docker' : 'docker, of an engine elsewhere',
    skipped: engine ? null : 'there is no engine',
    create() {
      const root = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-docker-runs-'));
      const executors: ReturnType<typeof executorFor>[] = [];
      return {
        executor() {
          const executor = executorFor(engine!, { user: me, address: { shared } });
          executors.push(executor);
          return executor;
        },
        folder: (run, behaviour) =>
          programRun(root, run, { ...programBehaviours[behaviour], environment: { image: TEST_IMAGE } }),
        destroy: ({ container }) => engine!.docker.getContainer(String(container)).kill(),
        async close() {
          await Promise.all(executors.map((executor) => executor.close()));
          fs.rmSync(root, { recursive: true });
        },
      };
    },
  });
