import type { Command } from 'commander';
import type { Outputs } from '../../contract/index.ts';
import type { LineageNode } from '../../contract/lineage.contract.ts';
import type { Define } from './define.ts';
import { parseDataRef } from './parse.ts';

type Graph = Outputs['lineage']['graph'];

/** `data lineage`: what led to something, and what came of it. */
export function addLineageCommand(data: Command, define: Define): void {
  define<{ run?: string; model?: string; endpoint?: string }>(
    data
      .command('lineage [name[@version]]')
      .description('what led to a version and what came of it: sources, runs, models, endpoints')
      .option('--run <run>', 'of a run instead')
      .option('--model <name[@version]>', 'of a model instead')
      .option('--endpoint <name>', 'of an endpoint instead'),
    async (cli, [ref], { run, model, endpoint }) => {
      const graph = await (await cli.client()).lineage.graph({
        ...cli.inProject,
        ...(ref !== undefined && parseDataRef(ref)),
        ...(run !== undefined && { run }),
        ...(model !== undefined && { model }),
        ...(endpoint !== undefined && { endpoint }),
      });
      cli.print(graph, () => graphWords(graph));
    },
  );
}

/** The graph as an outline: each thing below the first that leads to it, once in full. */
function graphWords({ nodes, edges, roots, truncated }: Graph): string {
  const byKey = new Map(nodes.map((node) => [node.key, node]));
  const asked = new Set(roots);
  const shown = new Set<string>();
  const lines: string[] = [];
  const show = (key: string, depth: number, label: string): void => {
    const node = byKey.get(key);
    if (!node) return;
    const mark = asked.has(key) ? '*' : ' ';
    const again = shown.has(key);
    const words = [label && `${label}:`, nodeWords(node), again ? '(see above)' : '']
      .filter(Boolean)
      .join(' ');
    lines.push(`${mark} ${'  '.repeat(depth)}${words}`);
    if (again) return;
    shown.add(key);
    for (const edge of edges) if (edge.from === key) show(edge.to, depth + 1, edge.label);
  };
  const targets = new Set(edges.map(({ to }) => to));
  for (const { key } of nodes) if (!targets.has(key)) show(key, 0, '');
  if (truncated) lines.push('  … and more than can be shown here');
  return lines.join('\n');
}

function nodeWords(node: LineageNode): string {
  const state = node.deleted ? ', deleted' : '';
  return `${node.kind} ${node.title}${node.detail ? ` (${node.detail}${state})` : state}`;
}
