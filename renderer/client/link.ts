import type { ClientContext, ClientLink } from '@orpc/client';

export type Link = ClientLink<ClientContext>;

let current: Link | null = null;
let waiting: ((link: Link) => void)[] = [];

/** The way to the core, or null while there is none. Calls made meanwhile wait for the next one. */
export function setLink(link: Link | null): void {
  current = link;
  if (!link) return;
  for (const resolve of waiting) resolve(link);
  waiting = [];
}

function nextLink(): Promise<Link> {
  return current ? Promise.resolve(current) : new Promise((resolve) => waiting.push(resolve));
}

/** A link that is always there: it hands each call to the connection of the moment. */
export const lastingLink: Link = {
  async call(path, input, options) {
    const link = await nextLink();
    options.signal?.throwIfAborted();
    return link.call(path, input, options);
  },
};
