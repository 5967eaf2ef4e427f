import { createRouterClient } from '@orpc/server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataWorkspace } from '../../../test/support/data-workspace.ts';
import type { MemoryDataStore } from '../../../test/support/memory-data-store.ts';
import type { DatasetVersion } from '../../contract/datasets.contract.ts';
import { AppError } from '../../kernel/app-error.ts';
import { createLineage, type Lineage, lineageRouter } from './index.ts';

let workspace: DataWorkspace<MemoryDataStore>;
let lineage: Lineage;
let [first, second, other]: DatasetVersion[] = [];

const hex = (digit: string) => digit.repeat(32);
const run = (sql: string, ...values: (string | number | null)[]) =>
  workspace.core.database.prepare(sql).run(...values);

function insertRun(id: string, name: string, inputs: readonly DatasetVersion[], status = 'finished'): void {
  run(
    `INSERT INTO runs (id, project_id, experiment_id, name, color, status, template, target, progress, environment, created_at)
     VALUES (?, ?, 'e', ?, 1, ?, 'mlp', 'native', '{}', '{}', ?)`,
    id,
    workspace.projects.resolve().id,
    name,
    status,
    1000,
  );
  inputs.forEach((input, index) => {
    run(
      'INSERT INTO run_inputs (run_id, name, dataset_version_id, dataset_name, version, digest) VALUES (?, ?, ?, ?, ?, ?)',
      id,
      index === 0 ? 'data' : `data${index}`,
      input.id,
      input.datasetName,
      input.version,
      input.digest,
    );
  });
}

function insertModel(id: string, version: number, runId: string | null): void {
  run(
    `INSERT INTO model_versions (id, model_id, version, digest, size_bytes, signature, task, run_id, run_name, metrics, description,
       metadata, created_at) VALUES (?, 'm', ?, 'd', 1, '{}', 'classification', ?, NULL, '{}', '', '{}', 2000)`,
    id,
    version,
    runId,
  );
}

/** A version that a query over another one gave. */
async function derive(name: string, value: number, parent: DatasetVersion): Promise<DatasetVersion> {
  const { core, projects, datasets } = workspace;
  const job = core.jobs.start({ kind: 'dataset.look', title: 'query' }, (context) =>
    datasets.importTable(
      {
        projectId: projects.resolve().id,
        name,
        path: workspace.file('query.csv', `x\n${value}\n`),
        message: '',
        source: 'a query',
        parents: [parent.id],
      },
      context,
    ),
  );
  const { result } = await core.jobs.ended(job.id);
  return (result as { version: DatasetVersion }).version;
}

beforeEach(async () => {
  workspace = DataWorkspace.inMemory();
  const { core, projects, datasets } = workspace;
  first = (await workspace.load('digits', workspace.file('digits.csv', 'x\n1\n'))).version;
  second = (await workspace.load('digits', workspace.file('digits.csv', 'x\n2\n'))).version;
  const project = projects.resolve().id;
  other = await derive('cleaned', 3, second);
  run("INSERT INTO experiments (id, project_id, name, created_at) VALUES ('e', ?, 'e', 0)", project);
  run(
    "INSERT INTO models (id, project_id, name, created_at, updated_at) VALUES ('m', ?, 'reader', 0, 0)",
    project,
  );
  insertRun(hex('a'), 'mlp-1', [other!]);
  insertRun(hex('b'), 'mlp-2', [first!, other!], 'running');
  insertModel(hex('c'), 1, hex('a'));
  run(
    "INSERT INTO endpoints (id, project_id, name, model_version_id, desired, created_at) VALUES (?, ?, 'read', ?, 'serving', 3000)",
    hex('d'),
    project,
    hex('c'),
  );
  const missing = (what: string) => new AppError('NOT_FOUND', `There is no ${what}.`);
  lineage = createLineage(core, {
    datasets,
    runs: {
      get(_, name) {
        if (name === 'mlp-1') return { id: hex('a') } as never;
        throw missing(name);
      },
    },
    models: { version: () => ({ id: hex('c') }) as never },
    serving: { get: () => ({ id: hex('d') }) as never },
  });
});
afterEach(() => workspace.close());

const words = ({ nodes, edges }: ReturnType<Lineage['graph']>) => {
  const title = new Map(nodes.map((node) => [node.key, node.kind === 'source' ? 'source' : node.title]));
  return edges.map(({ from, to, label }) => `${title.get(from)} ${label} ${title.get(to)}`).sort();
};

describe('the graph of an endpoint', () => {
  it('leads back through model, run and data to the source, and not to other runs of the data', () => {
    const graph = lineage.graph({ endpoint: 'read', limit: 100 });
    expect(words(graph)).toEqual([
      'cleaned@v1 read as data mlp-1',
      'digits@v2 made into cleaned@v1',
      'mlp-1 registered reader@v1',
      'reader@v1 served read',
      'source imported cleaned@v1',
      'source imported digits@v2',
    ]);
    expect(graph.roots).toEqual([`endpoint:${hex('d')}`]);
    expect(graph.truncated).toBe(false);
  });
});

describe('the graph of data', () => {
  it('leads on to everything that came of it, and back to its source', () => {
    const graph = lineage.graph({ dataset: 'digits', version: 2, limit: 100 });
    expect(graph.nodes.map(({ kind, title }) => `${kind} ${title}`)).toEqual([
      `source ${workspace.path('digits.csv')}`,
      'dataset cleaned@v1',
      'dataset digits@v2',
      'run mlp-1',
      'run mlp-2',
      'model reader@v1',
      'endpoint read',
    ]);
    expect(words(graph)).toContain('cleaned@v1 read as data1 mlp-2');
    expect(words(graph)).not.toContain('digits@v1 next version digits@v2');
  });

  it('of all versions shows their order', () => {
    const graph = lineage.graph({ dataset: 'digits', limit: 100 });
    expect(graph.roots).toHaveLength(2);
    expect(words(graph)).toContain('digits@v1 next version digits@v2');
    expect(words(graph)).toContain('digits@v1 read as data mlp-2');
  });

  it('of a version that was made from an older one of its own data set says so', async () => {
    await derive('digits', 4, first!);
    const edges = words(lineage.graph({ dataset: 'digits', limit: 100 }));
    expect(edges).toContain('digits@v1 made into digits@v3');
    expect(edges).not.toContain('digits@v1 next version digits@v3');
  });

  it('is cut at the limit and says so, without edges to what is not there', () => {
    const graph = lineage.graph({ dataset: 'digits', version: 2, limit: 3 });
    expect(graph.nodes).toHaveLength(3);
    expect(graph.truncated).toBe(true);
    const keys = new Set(graph.nodes.map(({ key }) => key));
    for (const { from, to } of graph.edges) expect(keys.has(from) && keys.has(to)).toBe(true);
  });

  it('marks what was deleted', async () => {
    await workspace.datasets.deleteVersion(undefined, 'digits', 2);
    run('UPDATE runs SET deleted_at = 1 WHERE id = ?', hex('a'));
    const { nodes } = lineage.graph({ model: 'reader', limit: 100 });
    expect(nodes.filter(({ deleted }) => deleted).map(({ title }) => title)).toEqual(['digits@v2', 'mlp-1']);
  });
});

describe('what uses a version', () => {
  it('is counted before it is deleted', async () => {
    workspace.datasets.setAlias(undefined, 'cleaned', 'best', 1);
    expect(await lineage.dependents(undefined, 'cleaned', 1)).toMatchObject({
      versions: 1,
      aliases: ['best'],
      runs: 2,
      activeRuns: 1,
      models: 1,
      endpoints: 1,
      laterVersions: 0,
    });
    expect(await lineage.dependents(undefined, 'digits')).toMatchObject({
      versions: 2,
      runs: 1,
      models: 0,
      laterVersions: 1,
    });
    expect((await lineage.dependents(undefined, 'digits')).freesBytes).toBeGreaterThan(0);
  });
});

describe('the router', () => {
  it('answers in the form of the contract and refuses no thing or two', async () => {
    const client = createRouterClient(lineageRouter(lineage));
    expect((await client.graph({ run: 'mlp-1' })).nodes.length).toBeGreaterThan(4);
    expect(await client.dependents({ dataset: 'digits', version: 'v1' })).toMatchObject({ runs: 1 });
    await expect(client.graph({})).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(client.graph({ run: 'mlp-1', dataset: 'digits' })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
    await expect(client.graph({ run: 'mlp-9' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
