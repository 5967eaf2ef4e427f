import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { orpc } from '../../client/orpc.ts';
import { Badge } from '../../components/badge.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { formatBytes, formatCount } from '../../components/format.ts';
import { StateMark } from '../../components/state-mark.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { Link } from '../../shell/router.ts';
import { describeEvent } from '../settings/describe-event.ts';
import styles from './home.module.css';

/** Rows of each list; the page behind it has the rest. */
const limit = 6;

interface ListProps<Item> {
  readonly query: UseQueryResult<readonly Item[]>;
  readonly none: string;
  readonly children: (item: Item) => ReactNode;
}

function List<Item extends { readonly id: string }>({ query, none, children }: ListProps<Item>) {
  if (query.error) return <ErrorNotice error={query.error} />;
  if (!query.data) return null;
  if (query.data.length === 0) return <p className={styles.none}>{none}</p>;
  return (
    <ul className={styles.list}>
      {query.data.slice(0, limit).map((item) => (
        <li key={item.id}>{children(item)}</li>
      ))}
    </ul>
  );
}

export function DatasetList() {
  const datasets = useQuery(orpc.datasets.list.queryOptions({ input: {} }));
  return (
    <List query={datasets} none="None imported yet.">
      {({ name, latest }) => (
        <>
          <Link to={`/data/${encodeURIComponent(name)}`}>{name}</Link>
          <small>v{latest.version}</small>
          <output>{latest.rows === null ? '' : `${formatCount(latest.rows)} rows`}</output>
          <output>{formatBytes(latest.sizeBytes)}</output>
        </>
      )}
    </List>
  );
}

export function ModelList() {
  const models = useQuery(orpc.models.list.queryOptions({ input: {} }));
  return (
    <List query={models} none="None registered yet.">
      {({ name, latest, aliases }) => (
        <>
          <Link to={`/models/${encodeURIComponent(name)}`}>{name}</Link>
          <small>v{latest.version}</small>
          {Object.keys(aliases).map((alias) => (
            <Badge key={alias} tone="outline">
              {alias}
            </Badge>
          ))}
          <output>{formatBytes(latest.sizeBytes)}</output>
        </>
      )}
    </List>
  );
}

export function EndpointList() {
  const endpoints = useQuery(orpc.serving.list.queryOptions({ input: {} }));
  return (
    <List query={endpoints} none="Nothing is served.">
      {({ name, state, modelName, modelVersion, baseUrl }) => (
        <>
          <StateMark state={state} />
          <Link to={`/endpoints/${encodeURIComponent(name)}`}>{name}</Link>
          <small>
            {modelName} v{modelVersion}
          </small>
          <output>{baseUrl ? new URL(baseUrl).host : state}</output>
        </>
      )}
    </List>
  );
}

export function EventList() {
  const events = useQuery(orpc.events.list.queryOptions({ input: { limit: 8 } }));
  if (!events.data) return null;
  return (
    <ul className={styles.events}>
      {events.data.map((event) => (
        <li key={event.seq}>
          <small>
            <TimeText at={event.at} />
          </small>
          <span>{describeEvent(event)}</span>
        </li>
      ))}
    </ul>
  );
}
