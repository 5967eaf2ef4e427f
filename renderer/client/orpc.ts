import { type ClientContext, type ClientLink, createORPCClient } from '@orpc/client';
import { createTanstackQueryUtils } from '@orpc/tanstack-query';
import type { LatheClient } from '../../app/contract/index.ts';
import { ReconnectingLink } from './connect.ts';
import { useConnection } from './connection.store.ts';
import type { OpenTransport } from './transports.ts';

let connect: (link: ReconnectingLink) => void = () => {};
const connected = new Promise<ReconnectingLink>((resolve) => {
  connect = resolve;
});

const link: ClientLink<ClientContext> = {
  call: async (path, input, options) => (await connected).call(path, input, options),
};

/** The core, whatever lies between: calls wait until the page is connected. Use it in handlers and streams. */
export const client: LatheClient = createORPCClient(link);

/** The same for TanStack Query: `useQuery(orpc.runs.get.queryOptions({ input }))`. */
export const orpc = createTanstackQueryUtils(client);

/** Connect the page, once, before it is rendered. */
export function connectPage(open: OpenTransport): void {
  connect(new ReconnectingLink(open, { onState: useConnection.getState().set }));
}
