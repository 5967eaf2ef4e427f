import type { Endpoint } from '../../../app/contract/serving.contract.ts';
import { Badge } from '../../components/badge.tsx';

const tones = { starting: 'running', serving: 'finished', stopped: 'queued', failed: 'failed' } as const;

/** An endpoint's state as a tinted word. */
export function EndpointState({ endpoint: { state } }: { readonly endpoint: Pick<Endpoint, 'state'> }) {
  return <Badge tone={tones[state]}>{state}</Badge>;
}
