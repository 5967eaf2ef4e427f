import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { latheJson } from '../support/lathe-process.ts';
import { freePort, serveWorkspace } from '../support/mlflow-servers.ts';
import { scalingModel } from '../support/onnx-models.ts';
import { rawRequest } from '../support/raw-request.ts';

let workspace: string;
let port: number;
let place: Awaited<ReturnType<typeof serveWorkspace>>;

beforeAll(async () => {
  workspace = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-protocol-'));
  port = await freePort();
  place = await serveWorkspace(workspace, port);
});
afterAll(async () => {
  await place?.stop();
  fs.rmSync(workspace, { recursive: true, force: true });
});

async function ask(method: string, what: string, body?: object, headers: Record<string, string> = {}) {
  const answer = await fetch(`${place.url}/api/2.0/${what}`, {
    method,
    headers: { Authorization: `Bearer ${place.token}`, 'Content-Type': 'application/json', ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  // biome-ignore lint/suspicious/noExplicitAny: answers of every form
  return { status: answer.status, body: (text.startsWith('{') ? JSON.parse(text) : text) as any };
}

async function newRun(more: object = {}): Promise<string> {
  const { body } = await ask('POST', 'mlflow/runs/create', { experiment_id: '0', start_time: 5, ...more });
  return body.run.info.run_id;
}

const put = (file: string, body: BodyInit, headers: Record<string, string> = {}) =>
  fetch(`${place.url}/api/2.0/mlflow-artifacts/artifacts/${file}`, {
    method: 'PUT',
    headers: { Authorization: `Bearer ${place.token}`, ...headers },
    body,
  });

describe('who may log', () => {
  const basic = (user: string, password: string) =>
    `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

  it('is who has the token, as bearer or as the password of any user', async () => {
    for (const authorization of [
      `Bearer ${place.token}`,
      basic('anyone', place.token),
      basic('', place.token),
    ])
      expect(
        (
          await ask('GET', 'mlflow/experiments/get?experiment_id=0', undefined, {
            Authorization: authorization,
          })
        ).status,
      ).toBe(200);
  });

  it('is nobody else, who hears it in the form that clients show, on every path and method', async () => {
    for (const authorization of ['Bearer wrong', basic(place.token, 'wrong'), `Basic ${place.token}`, '']) {
      for (const [method, what] of [
        ['GET', 'mlflow/experiments/get?experiment_id=0'],
        ['POST', 'mlflow/runs/create'],
        ['PUT', 'mlflow-artifacts/artifacts/x'],
        ['DELETE', 'mlflow-artifacts/artifacts/x'],
        ['GET', 'nothing'],
      ] as const) {
        const { status, body } = await ask(method, what, method === 'POST' ? {} : undefined, {
          Authorization: authorization,
        });
        expect([status, body.error_code]).toEqual([401, 'UNAUTHENTICATED']);
      }
    }
  });

  it('is no page of another site and nobody who calls this server by another name', async () => {
    const headers = { Host: `127.0.0.1:${port}`, Authorization: `Bearer ${place.token}` };
    const wrongs: Record<string, string>[] = [
      { Origin: 'http://evil.example' },
      { Host: 'evil.example' },
      { 'Sec-Fetch-Site': 'cross-site' },
    ];
    for (const wrong of wrongs) {
      const answer = await rawRequest(port, {
        path: '/api/2.0/mlflow/experiments/get?experiment_id=0',
        headers: { ...headers, ...wrong },
      });
      expect(answer.status).toBe(403);
      expect(JSON.parse(answer.body).error_code).toBe('PERMISSION_DENIED');
    }
  });

  it('may not use Basic anywhere else', async () => {
    const answer = await fetch(`${place.url}/api/v1/runs`, {
      headers: { Authorization: basic('x', place.token) },
    });
    expect(answer.status).toBe(401);
  });
});

describe('what is not there', () => {
  it.each(['mlflow/traces/abc/info', 'mlflow/nothing', 'nothing', 'mlflow/gateway/endpoints/list'])(
    'is said so: %s',
    async (what) => {
      expect(await ask('GET', what)).toMatchObject({
        status: 404,
        body: { error_code: 'ENDPOINT_NOT_FOUND' },
      });
    },
  );
});

describe('a run of a client', () => {
  it('keeps what is at the limits: 10,000 metrics, a parameter of 6,000 characters, names with slashes', async () => {
    const run_id = await newRun({ run_name: 'größe/☃' });
    for (let from = 0; from < 10_000; from += 1000) {
      const metrics = Array.from({ length: 1000 }, (_, index) => ({
        key: `deep/größe ${from + index}`,
        value: from + index,
        timestamp: 1,
        step: 0,
      }));
      expect((await ask('POST', 'mlflow/runs/log-batch', { run_id, metrics })).status).toBe(200);
    }
    await ask('POST', 'mlflow/runs/log-parameter', { run_id, key: 'long', value: 'é'.repeat(6000) });
    const { run } = (await ask('GET', `mlflow/runs/get?run_id=${run_id}`)).body;
    expect(run.info.run_name).toBe('größe/☃');
    expect(run.data.metrics).toHaveLength(10_000);
    expect(run.data.params[0].value).toBe('é'.repeat(6000));
    const key = encodeURIComponent('deep/größe 9999');
    expect(
      (await ask('GET', `mlflow/metrics/get-history?run_id=${run_id}&metric_key=${key}`)).body.metrics,
    ).toEqual([{ key: 'deep/größe 9999', value: 9999, timestamp: 1, step: 0 }]);
  });

  it('is there for Lathe, is not lost when Lathe starts anew, and can be ended there', async () => {
    const id = await newRun({
      run_name: 'long lived',
      tags: [{ key: 'mlflow.source.name', value: '/home/me/train.py' }],
    });
    await place.stop();
    place = await serveWorkspace(workspace, port);
    await ask('POST', 'mlflow/runs/log-metric', { run_id: id, key: 'loss', value: 'NaN', timestamp: 1 });
    expect(await latheJson(['run', 'show', id], workspace)).toMatchObject({
      status: 'running',
      target: 'external',
      template: 'train.py',
      startedAt: 5,
      metrics: { loss: 'NaN' },
    });
    expect(await latheJson(['run', 'cancel', id], workspace)).toMatchObject([{ status: 'cancelled' }]);
    expect((await ask('GET', `mlflow/runs/get?run_id=${id}`)).body.run.info.status).toBe('KILLED');
    await ask('POST', 'mlflow/runs/log-metric', { run_id: id, key: 'loss', value: 2, timestamp: 2 });
    expect((await latheJson(['run', 'show', id], workspace)).metrics).toEqual({ loss: 2 });
  });

  it('repeated after a lost answer has each point once', async () => {
    const run_id = await newRun();
    const batch = {
      run_id,
      metrics: [1, 2, 3].map((step) => ({ key: 'a', value: step / 3, timestamp: step, step })),
    };
    await ask('POST', 'mlflow/runs/log-batch', batch);
    await ask('POST', 'mlflow/runs/log-batch', batch);
    expect(
      (await ask('GET', `mlflow/metrics/get-history?run_id=${run_id}&metric_key=a`)).body.metrics,
    ).toHaveLength(3);
  });
});

describe('the bytes of artifacts', () => {
  it('come back as they were sent, small and large, under any name', async () => {
    const run = await newRun();
    const large = Buffer.alloc(3 * 2 ** 20 + 17, 'abc');
    for (const [name, content] of [
      ['a.bin', Buffer.from([0, 1, 255])],
      ['empty.txt', Buffer.alloc(0)],
      [`größe ${'%'} #1?.bin`, large],
    ] as const) {
      const file = `0/${run}/artifacts/sub/${encodeURIComponent(name)}`;
      expect((await put(file, content)).status).toBe(200);
      const back = await fetch(`${place.url}/api/2.0/mlflow-artifacts/artifacts/${file}`, {
        headers: { Authorization: `Bearer ${place.token}` },
      });
      expect(Buffer.from(await back.arrayBuffer()).equals(content)).toBe(true);
      expect(back.headers.get('content-disposition')).toMatch(/^attachment/);
    }
    expect((await ask('GET', `mlflow/artifacts/list?run_id=${run}&path=sub`)).body.files).toHaveLength(3);
    await ask('DELETE', `mlflow-artifacts/artifacts/0/${run}/artifacts/sub`);
    expect((await ask('GET', `mlflow/artifacts/list?run_id=${run}`)).body.files).toBeUndefined();
  });

  it('can be sent in parts, in any order', async () => {
    const run = await newRun();
    const folder = `0/${run}/artifacts/big`;
    const { body } = await ask('POST', `mlflow-artifacts/mpu/create/${folder}`, {
      path: '/tmp/model.bin',
      num_parts: 3,
    });
    for (const part of [...body.credentials].reverse())
      expect(
        (await fetch(part.url, { method: 'PUT', headers: part.headers, body: `part ${part.part_number};` }))
          .status,
      ).toBe(200);
    const done = { path: '/tmp/model.bin', upload_id: body.upload_id, parts: [] };
    expect((await ask('POST', `mlflow-artifacts/mpu/complete/${folder}`, done)).status).toBe(200);
    expect((await ask('GET', `mlflow-artifacts/artifacts/${folder}/model.bin`)).body).toBe(
      'part 1;part 2;part 3;',
    );
    expect((await ask('POST', `mlflow-artifacts/mpu/abort/${folder}`, done)).status).toBe(404);
  });

  it('that come in parts are completed after the host was killed in between', async () => {
    const run = await newRun();
    const folder = `0/${run}/artifacts/big`;
    const { body } = await ask('POST', `mlflow-artifacts/mpu/create/${folder}`, {
      path: 'model.bin',
      num_parts: 3,
    });
    const parts: object[] = [];
    for (const { url, headers, part_number } of body.credentials) {
      if (part_number === 3) {
        place.lathe.child.kill('SIGKILL');
        await place.lathe.finished;
        place = await serveWorkspace(workspace, port);
      }
      const sent = await fetch(url, { method: 'PUT', headers, body: `part ${part_number};` });
      parts.push({ part_number, url, etag: sent.headers.get('etag') });
    }
    const done = { path: 'model.bin', upload_id: body.upload_id, parts };
    const lacking = { ...done, parts: parts.slice(0, 1) };
    expect((await ask('POST', `mlflow-artifacts/mpu/complete/${folder}`, lacking)).status).toBe(400);
    expect((await ask('POST', `mlflow-artifacts/mpu/complete/${folder}`, done)).status).toBe(200);
    expect((await ask('GET', `mlflow-artifacts/artifacts/${folder}/model.bin`)).body).toBe(
      'part 1;part 2;part 3;',
    );
    // Neither the parts nor what was noted of them stay behind, and no other upload is taken for one in parts.
    expect(fs.readdirSync(path.join(workspace, 'uploads'))).toEqual([]);
    for (const upload_id of [body.upload_id, '../lathe.db', crypto.randomUUID()])
      expect(
        (await ask('POST', `mlflow-artifacts/mpu/complete/${folder}`, { ...done, upload_id })).status,
      ).toBe(404);
  });

  it('stay where they belong', async () => {
    const run = await newRun();
    for (const wrong of [
      `mlflow/artifacts/list?run_id=${run}&path=../x`,
      `mlflow/artifacts/list?run_id=${run}&path=/etc`,
      'mlflow-artifacts/artifacts?path=a/../../b',
    ])
      expect(await ask('GET', wrong)).toMatchObject({
        status: 400,
        body: { error_code: 'INVALID_PARAMETER_VALUE' },
      });
    for (const wrong of [
      '/api/2.0/mlflow-artifacts/artifacts/..%2f..%2fetc/passwd',
      '/api/2.0/mlflow-artifacts/artifacts/a/../../lathe.db',
      '/api/2.0/mlflow-artifacts/artifacts//etc/passwd',
      '/api/2.0/mlflow-artifacts/artifacts/a%5c..%5cb',
    ]) {
      const answer = await rawRequest(port, {
        path: wrong,
        headers: { Host: `127.0.0.1:${port}`, Authorization: `Bearer ${place.token}` },
      });
      expect(answer.status).toBe(400);
    }
    expect((await put(`0/${'f'.repeat(32)}/artifacts/x`, 'x')).status).toBe(404);
  });
});

describe('an address that ends with a project', () => {
  const at = async (project: string, method: string, what: string, body?: object) => {
    const answer = await fetch(`${place.url}/p/${encodeURIComponent(project)}/api/2.0/mlflow/${what}`, {
      method,
      headers: { Authorization: `Bearer ${place.token}`, 'Content-Type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: await answer.json() };
  };

  it('makes and finds experiments, runs and models there, and leaves the current project alone', async () => {
    await latheJson(['project', 'create', 'vision ü'], workspace);
    const { body } = await at('vision ü', 'POST', 'experiments/create', { name: 'elsewhere' });
    const { experiment_id } = body;
    expect((await at('vision ü', 'GET', 'experiments/get-by-name?experiment_name=elsewhere')).status).toBe(
      200,
    );
    expect((await ask('GET', 'mlflow/experiments/get-by-name?experiment_name=elsewhere')).status).toBe(404);
    const created = await at('vision ü', 'POST', 'runs/create', { experiment_id, run_name: 'there' });
    await at('vision ü', 'POST', 'registered-models/create', { name: 'seen' });
    expect((await ask('GET', 'mlflow/registered-models/get?name=seen')).status).toBe(404);
    const { runs } = await latheJson(['run', 'list', '--project', 'vision ü'], workspace);
    expect(runs.map(({ id, name }: { id: string; name: string }) => [id, name])).toEqual([
      [created.body.run.info.run_id, 'there'],
    ]);
    // Each project has an experiment "0" of its own.
    await at('vision ü', 'POST', 'runs/create', { experiment_id: '0', run_name: 'by default' });
    const both = await latheJson(['run', 'list', '--project', 'vision ü'], workspace);
    expect(both.runs.map(({ name }: { name: string }) => name).sort()).toEqual(['by default', 'there']);
  });

  it('says so where there is no such project, or nobody may come in', async () => {
    expect(await at('nowhere', 'GET', 'experiments/get-by-name?experiment_name=x')).toMatchObject({
      status: 404,
      body: { error_code: 'RESOURCE_DOES_NOT_EXIST', message: expect.stringContaining('nowhere') },
    });
    const refused = await fetch(`${place.url}/p/default/api/2.0/mlflow/experiments/get?experiment_id=0`);
    expect(refused.status).toBe(401);
    expect(
      (await fetch(`${place.url}/p/default/health`, { headers: { Authorization: `Bearer ${place.token}` } }))
        .status,
    ).toBe(200);
  });
});

describe('models of clients', () => {
  it('may not be files of this computer, nor those that another run keeps', async () => {
    const [mine, other] = [await newRun(), await newRun()];
    await ask('POST', 'mlflow/registered-models/create', { name: 'm' });
    for (const source of [
      '/etc/passwd',
      'file:///etc/passwd',
      './x',
      'mlflow-artifacts:/../x',
      `mlflow-artifacts:/0/${other}/artifacts/m`,
      `runs:/${other}/m`,
    ])
      expect(
        await ask('POST', 'mlflow/model-versions/create', { name: 'm', source, run_id: mine }),
      ).toMatchObject({
        status: 400,
        body: { error_code: 'INVALID_PARAMETER_VALUE' },
      });
  });

  it('without files here are for clients alone; with their description they are shown', async () => {
    const run_id = await newRun();
    await ask('POST', 'mlflow/registered-models/create', { name: 'shown' });
    await ask('POST', 'mlflow/model-versions/create', { name: 'shown', source: 's3://bucket/x' });
    expect(await latheJson(['model', 'list'], workspace)).toEqual([]);
    await put(
      `0/${run_id}/artifacts/model/MLmodel`,
      `flavors:
  sklearn:
    a: 1
mlflow_version: 3.17.2
signature:
  inputs: '[{"type": "double", "name": "age", "required": true}, {"type": "string", "name": "city"}]'
  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 10]}}]'
  params: null
`,
    );
    await put(`0/${run_id}/artifacts/model/model.pkl`, 'never loaded');
    await ask('POST', 'mlflow/model-versions/create', {
      name: 'shown',
      source: `runs:/${run_id}/model`,
      run_id,
    });
    expect(await latheJson(['model', 'show', 'shown'], workspace)).toMatchObject({
      versions: 1,
      latest: { version: 2, runId: run_id, metadata: { 'mlflow.flavors': 'sklearn', 'mlflow.files': '2' } },
    });
    expect((await latheJson(['model', 'show', 'shown'], workspace)).latest.signature).toEqual({
      inputs: [
        { name: 'age', datatype: 'FP64', shape: [-1] },
        { name: 'city', datatype: 'BYTES', shape: [-1] },
      ],
      outputs: [{ name: 'output', datatype: 'FP32', shape: [-1, 10] }],
    });
  });
});

describe('a version whose folder holds an ONNX file', () => {
  it('is served once it was looked into', async () => {
    const run_id = await newRun();
    await put(`0/${run_id}/artifacts/onnx/MLmodel`, 'flavors:\n  onnx:\n    data: model.onnx\n');
    await put(`0/${run_id}/artifacts/onnx/model.onnx`, Buffer.from(scalingModel(2)));
    await ask('POST', 'mlflow/registered-models/create', { name: 'double' });
    await ask('POST', 'mlflow/model-versions/create', {
      name: 'double',
      source: `runs:/${run_id}/onnx`,
      run_id,
    });
    for (let tries = 0; tries < 100; tries++) {
      const { latest } = await latheJson(['model', 'show', 'double'], workspace);
      if (latest.signature.inputs.length > 0) break;
      await delay(200);
    }
    const endpoint = await latheJson(['endpoint', 'start', 'double'], workspace);
    expect(endpoint).toMatchObject({ state: 'serving', modelVersion: 1 });
    const refused = await ask('DELETE', 'mlflow/registered-models/delete', { name: 'double' });
    expect(refused).toMatchObject({ status: 400, body: { error_code: 'BAD_REQUEST' } });
  });

  it('is refused as an endpoint where it holds none', async () => {
    const run_id = await newRun();
    await put(`0/${run_id}/artifacts/model/MLmodel`, 'flavors:\n  sklearn:\n    a: 1\n');
    await ask('POST', 'mlflow/registered-models/create', { name: 'pickled' });
    await ask('POST', 'mlflow/model-versions/create', {
      name: 'pickled',
      source: `runs:/${run_id}/model`,
      run_id,
    });
    const { error } = await latheJson(['endpoint', 'start', 'pickled'], workspace);
    expect(error.code).toBe('MODEL_INVALID');
  });
});

describe('a run that Lathe made', () => {
  it('is visible to clients with its parameters and metrics, and can be tagged', async () => {
    const digits = path.join(import.meta.dirname, '../../resources/sample/digits/digits.csv');
    await latheJson(['data', 'import', 'digits', digits], workspace);
    const { id } = await latheJson(
      ['train', 'softmax', '--data', 'digits', '-p', 'epochs=2', '--follow'],
      workspace,
    );
    await ask('POST', 'mlflow/runs/set-tag', { run_id: id, key: 'seen', value: 'yes' });
    const { run } = (await ask('GET', `mlflow/runs/get?run_id=${id}`)).body;
    expect(run.info).toMatchObject({ status: 'FINISHED', lifecycle_stage: 'active' });
    expect(run.data.params).toContainEqual({ key: 'epochs', value: '2' });
    expect(run.data.metrics.length).toBeGreaterThan(0);
    const found = await ask('POST', 'mlflow/runs/search', {
      experiment_ids: [run.info.experiment_id],
      filter: "params.epochs = '2' AND tags.seen = 'yes' AND status = 'FINISHED'",
    });
    expect(found.body.runs).toHaveLength(1);
  });
});
