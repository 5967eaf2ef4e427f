import { useQuery } from '@tanstack/react-query';
import { orpc } from '../../../client/orpc.ts';

/** Whether the secrets of the workspace want their passphrase before one of them can be used. */
export function useSecretsLocked(): boolean {
  const status = useQuery({ ...orpc.credentials.status.queryOptions(), staleTime: 0 });
  return status.data?.locked === true && status.data.hasPassphrase;
}
