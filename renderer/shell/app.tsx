import { type QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { Frame } from './frame.tsx';

/** The whole page over a query client that is connected already. */
export function App({ queries }: { readonly queries: QueryClient }) {
  return (
    <QueryClientProvider client={queries}>
      <Frame />
    </QueryClientProvider>
  );
}
