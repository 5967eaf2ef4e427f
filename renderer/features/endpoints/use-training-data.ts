import { useQuery } from '@tanstack/react-query';
import type { Endpoint } from '../../../app/contract/serving.contract.ts';
import { orpc } from '../../client/orpc.ts';
import { type DataRef, trainingData } from './training-rows.ts';

/** The data that an endpoint's model was trained on; null while it is not known or is no longer here. */
export function useTrainingData(endpoint: Pick<Endpoint, 'modelName' | 'modelVersion'>): DataRef | null {
  const ref = `${endpoint.modelName}@${endpoint.modelVersion}`;
  const version = useQuery(orpc.models.version.queryOptions({ input: { ref } }));
  const { runId, metadata } = version.data ?? {};
  const run = useQuery({ ...orpc.runs.get.queryOptions({ input: { run: runId ?? '' } }), enabled: !!runId });
  const [input] = run.data?.inputs ?? [];
  const data = input
    ? { dataset: input.datasetName, version: input.version }
    : metadata && !runId
      ? trainingData(metadata)
      : null;
  const found = useQuery({
    ...orpc.datasets.version.queryOptions({
      input: { dataset: data?.dataset ?? '', ...(data?.version ? { version: data.version } : {}) },
    }),
    enabled: data !== null,
    retry: false,
  });
  return found.data ? data : null;
}
