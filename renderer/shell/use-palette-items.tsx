import { IconBox, IconDatabase, IconPlugConnected, IconServer } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { orpc } from '../client/orpc.ts';
import { counted } from '../components/format.ts';
import { RunSwatch } from '../components/run-swatch.tsx';
import { commands } from './commands.ts';
import type { PaletteItem } from './palette-match.ts';
import { navigate } from './router.ts';

/** Runs that the palette knows; older ones are found on the Runs page. */
const runLimit = 1000;

/** Everything that the palette can find, read once while it is open. */
export function usePaletteItems(): readonly PaletteItem[] {
  const runs = useQuery(orpc.runs.list.queryOptions({ input: { limit: runLimit } }));
  const datasets = useQuery(orpc.datasets.list.queryOptions({ input: {} }));
  const models = useQuery(orpc.models.list.queryOptions({ input: {} }));
  const endpoints = useQuery(orpc.serving.list.queryOptions({ input: {} }));
  const targets = useQuery(orpc.targets.list.queryOptions());
  return useMemo(
    () => [
      ...commands.map(
        ({ icon: Icon, ...command }): PaletteItem => ({
          ...command,
          id: command.title,
          kind: 'action',
          icon: <Icon size={16} stroke={1.5} />,
        }),
      ),
      ...(runs.data?.runs ?? []).map(
        (run): PaletteItem => ({
          id: run.id,
          kind: 'run',
          title: run.name,
          icon: <RunSwatch color={run.color} hollow={run.status === 'queued'} />,
          note: `${run.experimentName}, ${run.status}`,
          run: () => navigate(`/runs/${run.id}`),
        }),
      ),
      ...(datasets.data ?? []).map(
        ({ id, name, latest }): PaletteItem => ({
          id,
          kind: 'dataset',
          title: name,
          icon: <IconDatabase size={16} stroke={1.5} />,
          note: `v${latest.version}${latest.rows === null ? '' : `, ${counted(latest.rows, 'row')}`}`,
          run: () => navigate(`/data/${encodeURIComponent(name)}`),
        }),
      ),
      ...(models.data ?? []).map(
        ({ id, name, latest, aliases }): PaletteItem => ({
          id,
          kind: 'model',
          title: name,
          icon: <IconBox size={16} stroke={1.5} />,
          note: [`v${latest.version}`, ...Object.keys(aliases)].join(', '),
          run: () => navigate(`/models/${encodeURIComponent(name)}`),
        }),
      ),
      ...(endpoints.data ?? []).map(
        ({ id, name, state, modelName, modelVersion }): PaletteItem => ({
          id,
          kind: 'endpoint',
          title: name,
          icon: <IconPlugConnected size={16} stroke={1.5} />,
          note: `${modelName} v${modelVersion}, ${state}`,
          run: () => navigate(`/endpoints/${encodeURIComponent(name)}`),
        }),
      ),
      ...(targets.data ?? []).map(
        ({ name, summary }): PaletteItem => ({
          id: `target ${name}`,
          kind: 'target',
          title: name,
          icon: <IconServer size={16} stroke={1.5} />,
          note: summary,
          run: () => navigate(`/targets/${encodeURIComponent(name)}`),
        }),
      ),
    ],
    [runs.data, datasets.data, models.data, endpoints.data, targets.data],
  );
}
