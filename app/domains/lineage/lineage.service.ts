import type { LineageEdge, LineageKind, LineageNode } from '../../contract/lineage.contract.ts';
import type { VersionName } from '../../contract/version-name.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Core } from '../../kernel/core.ts';
import type { Datasets } from '../datasets/index.ts';
import type { Models } from '../models/index.ts';
import type { Runs } from '../runs/index.ts';
import type { Serving } from '../serving/index.ts';
import { createLineageRepository, type Key, type Step } from './lineage.repository.ts';

export interface LineageQuestion {
  readonly project?: string | undefined;
  readonly dataset?: string | undefined;
  readonly version?: VersionName | undefined;
  readonly run?: string | undefined;
  readonly model?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly limit: number;
}

export interface LineageGraph {
  /** Keys of what was asked for. */
  readonly roots: string[];
  readonly nodes: LineageNode[];
  readonly edges: LineageEdge[];
  readonly truncated: boolean;
}

export interface Dependents {
  readonly versions: number;
  readonly aliases: string[];
  readonly runs: number;
  readonly activeRuns: number;
  readonly models: number;
  readonly endpoints: number;
  readonly laterVersions: number;
  readonly freesBytes: number;
}

export interface Lineage {
  /**
   * Everything that led to something and everything that came of it, nearest first; what only shares an origin with it is not there.
   *
   * @throws AppError INVALID_INPUT unless exactly one thing is named, NOT_FOUND
   */
  graph(question: LineageQuestion): LineageGraph;
  /** What uses a data set, or one version of it. */
  dependents(project: string | undefined, dataset: string, version?: VersionName): Promise<Dependents>;
}

export function createLineage(
  { database }: Pick<Core, 'database'>,
  parts: {
    readonly datasets: Pick<Datasets, 'resolve' | 'versions' | 'get' | 'freesBytes'>;
    readonly runs: Pick<Runs, 'get'>;
    readonly models: Pick<Models, 'version'>;
    readonly serving: Pick<Serving, 'get'>;
  },
): Lineage {
  const repository = createLineageRepository(database);

  const versionsOf = (project: string | undefined, dataset: string, version: VersionName | undefined) =>
    version === undefined
      ? parts.datasets.versions(project, dataset)
      : [parts.datasets.resolve(project, dataset, version)];

  function rootsOf({ project, dataset, version, run, model, endpoint }: LineageQuestion): Key[] {
    const named = [dataset, run, model, endpoint].filter((each) => each !== undefined);
    if (named.length !== 1) {
      throw new AppError(
        'INVALID_INPUT',
        named.length === 0 ? 'There is nothing named to look for.' : 'More than one thing is named.',
        { nextStep: 'Name one of: a data set, a run, a model, an endpoint.' },
      );
    }
    if (run !== undefined) return [`run:${parts.runs.get(project, run).id}`];
    if (model !== undefined) return [`model:${parts.models.version(project, model).id}`];
    if (endpoint !== undefined) return [`endpoint:${parts.serving.get(project, endpoint).id}`];
    return versionsOf(project, dataset!, version).map(({ id }): Key => `dataset:${id}`);
  }

  return {
    graph(question) {
      const roots = rootsOf(question);
      const found = new Set<Key>(roots.slice(0, question.limit));
      const edges = new Map<string, LineageEdge>();
      let truncated = roots.length > found.size;
      for (const direction of ['before', 'after'] as const) {
        // Each direction by itself: from a run back to its data, but not on to all other runs of that data.
        const seen = new Set<Key>(roots);
        for (let level = [...roots.slice(0, question.limit)]; level.length > 0; ) {
          const next: Key[] = [];
          for (const step of stepsFrom(level, repository[direction])) {
            if (!found.has(step.far) && found.size >= question.limit) {
              truncated = true;
              continue;
            }
            edges.set(`${step.from} ${step.to}`, { from: step.from, to: step.to, label: step.label });
            found.add(step.far);
            if (!seen.has(step.far)) next.push(step.far);
            seen.add(step.far);
          }
          level = next;
        }
      }
      const nodes = byKind(found).flatMap(([kind, ids]) => repository.nodes(kind, ids));
      const there = new Set(nodes.map(({ key }) => key));
      const versions = nodes.flatMap((node) => (node.kind === 'dataset' ? [node.id] : []));
      return {
        roots,
        nodes,
        edges: [...edges.values(), ...repository.successions(versions)].filter(
          ({ from, to }) => there.has(from) && there.has(to),
        ),
        truncated,
      };
    },
    async dependents(project, dataset, version) {
      const versions = versionsOf(project, dataset, version);
      const { id } = version === undefined ? parts.datasets.get(project, dataset) : versions[0]!;
      return {
        versions: versions.length,
        aliases: versions.flatMap(({ aliases }) => aliases).sort(),
        ...repository.dependents(versions.map((each) => each.id)),
        freesBytes: await parts.datasets.freesBytes(id),
      };
    },
  };
}

const kinds: readonly LineageKind[] = ['source', 'dataset', 'run', 'model', 'endpoint'];

function byKind(keys: Iterable<Key>): [LineageKind, string[]][] {
  const ids = new Map<LineageKind, string[]>(kinds.map((kind) => [kind, []]));
  for (const key of keys) {
    const colon = key.indexOf(':');
    ids.get(key.slice(0, colon) as LineageKind)!.push(key.slice(colon + 1));
  }
  return [...ids];
}

function stepsFrom(
  keys: readonly Key[],
  look: (kind: LineageKind, ids: readonly string[]) => Step[],
): Step[] {
  return byKind(keys).flatMap(([kind, ids]) => look(kind, ids));
}
