import {
  IconBox,
  IconChartLine,
  IconChartTreemap,
  IconDatabase,
  IconHome,
  IconListDetails,
  IconPlugConnected,
  IconServer,
  IconSettings,
} from '@tabler/icons-react';
import { type ComponentType, lazy, type ReactNode } from 'react';
import { DataPage } from '../features/data/data-page.tsx';
import { HomePage } from '../features/home/home-page.tsx';

export interface Feature {
  readonly path: string;
  /** Title in the rail and the breadcrumb. */
  readonly title: string;
  readonly icon: ComponentType<{ size?: number; stroke?: number }>;
  /** Where it stands in the rail: parts are divided by a line, `end` is at the bottom. */
  readonly part: 'home' | 'work' | 'models' | 'places' | 'end';
  /** Its pages by path, the part after a colon being handed over by name. */
  readonly pages: Readonly<Record<string, (params: Readonly<Record<string, string>>) => ReactNode>>;
}

const DatasetPage = lazy(async () => ({
  default: (await import('../features/data/dataset-page.tsx')).DatasetPage,
}));
const SqlPage = lazy(async () => ({ default: (await import('../features/data/sql/sql-page.tsx')).SqlPage }));
const LineagePage = lazy(async () => ({
  default: (await import('../features/data/lineage/lineage-page.tsx')).LineagePage,
}));
const RunsPage = lazy(async () => ({ default: (await import('../features/runs/runs-page.tsx')).RunsPage }));
const RunPage = lazy(async () => ({ default: (await import('../features/runs/run-page.tsx')).RunPage }));
const QueuePage = lazy(async () => ({
  default: (await import('../features/queue/queue-page.tsx')).QueuePage,
}));
const ComparePage = lazy(async () => ({
  default: (await import('../features/compare/compare-page.tsx')).ComparePage,
}));
const ModelsPage = lazy(async () => ({
  default: (await import('../features/models/models-page.tsx')).ModelsPage,
}));
const ModelPage = lazy(async () => ({
  default: (await import('../features/models/model-page.tsx')).ModelPage,
}));
const EndpointsPage = lazy(async () => ({
  default: (await import('../features/endpoints/endpoints-page.tsx')).EndpointsPage,
}));
const EndpointPage = lazy(async () => ({
  default: (await import('../features/endpoints/endpoint-page.tsx')).EndpointPage,
}));
const TargetsPage = lazy(async () => ({
  default: (await import('../features/targets/targets-page.tsx')).TargetsPage,
}));
const DiskPage = lazy(async () => ({ default: (await import('../features/disk/disk-page.tsx')).DiskPage }));
const SettingsPage = lazy(async () => ({
  default: (await import('../features/settings/settings-page.tsx')).SettingsPage,
}));

/** Every feature that has a page, in the order of the rail. A new one is one entry here. */
export const features: readonly Feature[] = [
  { path: '/', title: 'Home', icon: IconHome, part: 'home', pages: { '/': () => <HomePage /> } },
  {
    path: '/data',
    title: 'Data',
    icon: IconDatabase,
    part: 'work',
    pages: {
      '/data': () => <DataPage />,
      '/data/:dataset': ({ dataset = '' }) => <DatasetPage key={dataset} name={dataset} />,
      '/sql': () => <SqlPage />,
      '/lineage': () => <LineagePage />,
    },
  },
  {
    path: '/runs',
    title: 'Runs',
    icon: IconListDetails,
    part: 'work',
    pages: {
      '/runs': () => <RunsPage />,
      '/runs/:id': ({ id = '' }) => <RunPage key={id} runId={id} />,
      '/queue': () => <QueuePage />,
    },
  },
  {
    path: '/compare',
    title: 'Compare',
    icon: IconChartLine,
    part: 'work',
    pages: { '/compare': () => <ComparePage /> },
  },
  {
    path: '/models',
    title: 'Models',
    icon: IconBox,
    part: 'models',
    pages: {
      '/models': () => <ModelsPage />,
      '/models/:name': ({ name = '' }) => <ModelPage key={name} modelName={name} />,
    },
  },
  {
    path: '/endpoints',
    title: 'Endpoints',
    icon: IconPlugConnected,
    part: 'models',
    pages: {
      '/endpoints': () => <EndpointsPage />,
      '/endpoints/:name': ({ name = '' }) => <EndpointPage key={name} endpointName={name} />,
    },
  },
  {
    path: '/targets',
    title: 'Targets',
    icon: IconServer,
    part: 'places',
    pages: {
      '/targets': () => <TargetsPage name={null} />,
      '/targets/:name': ({ name = '' }) => <TargetsPage name={name} />,
    },
  },
  {
    path: '/disk',
    title: 'Disk',
    icon: IconChartTreemap,
    part: 'places',
    pages: { '/disk': () => <DiskPage /> },
  },
  {
    path: '/settings',
    title: 'Settings',
    icon: IconSettings,
    part: 'end',
    pages: { '/settings': () => <SettingsPage /> },
  },
];
