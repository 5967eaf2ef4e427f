import { ORPCError } from '@orpc/client';
import { QueryClient } from '@tanstack/react-query';

/** Queries are read once and again when an event makes them stale; nothing polls, nothing asks for the internet. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        networkMode: 'always',
        staleTime: Number.POSITIVE_INFINITY,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        retry: (count, error) => error instanceof ORPCError && error.code === 'NOT_READY' && count < 3,
      },
      mutations: { networkMode: 'always' },
    },
  });
}
