import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Signature } from '../../app/contract/models.contract.ts';
import { hashToken } from '../../app/interop/http-guard.ts';
import {
  createInferenceHttp,
  type InferenceHttpOptions,
} from '../../app/interop/open-inference/inference-http.ts';
import { ServedModels } from '../../app/interop/open-inference/served-models.ts';
import type { ModelWorkerMessage } from '../../app/kernel/ports/model-worker.ts';
import type { WorkerProcess } from '../../app/kernel/ports/workers.ts';
import { createForkStarter } from '../support/fork-starter.ts';

export const TOKEN = 'token-of-the-test';

export interface StartedModel {
  readonly worker: WorkerProcess;
  readonly socketPath: string;
  readonly modelPath: string;
  readonly signature: Signature;
}

/** The inference server in this process, with real model workers behind it. */
export async function createInferenceFixture(options: Partial<InferenceHttpOptions> = {}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-inference-'));
  const starter = createForkStarter();
  const models = new ServedModels();
  const server = createInferenceHttp({
    models,
    tokenHashes: () => [hashToken(TOKEN)],
    version: '0.0.0',
    ...options,
  });
  const port = await server.listen(0);
  const baseUrl = `http://127.0.0.1:${port}`;
  let files = 0;

  async function startModel(content: Uint8Array): Promise<StartedModel> {
    const modelPath = path.join(folder, `${++files}.onnx`);
    const socketPath = path.join(folder, `${files}.sock`);
    fs.writeFileSync(modelPath, content);
    const worker = await starter.start('model', ['serve', modelPath, socketPath, '1']);
    const signature = await new Promise<Signature>((resolve, reject) => {
      worker.onMessage((message) => {
        const said = message as ModelWorkerMessage;
        if (said.type === 'ready') resolve(said.signature);
        if (said.type === 'failed') reject(new Error(said.failure.message));
      });
      worker.onExit(() => reject(new Error('the worker ended')));
    });
    return { worker, socketPath, modelPath, signature };
  }

  return {
    folder,
    models,
    server,
    port,
    baseUrl,
    startModel,
    async serve(name: string, content: Uint8Array, version = 1): Promise<StartedModel> {
      const started = await startModel(content);
      const { signature, socketPath } = started;
      await models.add({ id: name, name, version, signature, labels: null, socketPath });
      return started;
    },
    fetch(route: string, init: RequestInit = {}): Promise<Response> {
      return fetch(baseUrl + route, {
        ...init,
        headers: { authorization: `Bearer ${TOKEN}`, ...init.headers },
      });
    },
    async infer(
      name: string,
      body: unknown,
    ): Promise<{ status: number; body: Record<string, unknown>; text: string }> {
      const response = await this.fetch(`/v2/models/${name}/infer`, {
        method: 'POST',
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
      const text = await response.text();
      return { status: response.status, body: JSON.parse(text), text };
    },
    async close(): Promise<void> {
      await server.close();
      starter.killAll();
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}
