import {
  type AnchorHTMLAttributes,
  createElement,
  type MouseEvent,
  useCallback,
  useSyncExternalStore,
} from 'react';

const listeners = new Set<() => void>();

function changed(): void {
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) window.addEventListener('popstate', changed);
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) window.removeEventListener('popstate', changed);
  };
}

/** Go to a path of the application, for example `/runs?status=failed`. `replace` leaves no step back. */
export function navigate(to: string, { replace = false }: { readonly replace?: boolean } = {}): void {
  const here = window.location.pathname + window.location.search;
  if (to === here) return;
  if (replace) window.history.replaceState(null, '', to);
  else window.history.pushState(null, '', to);
  changed();
}

/** The path of the page, without the query string. */
export function usePathname(): string {
  return useSyncExternalStore(subscribe, () => window.location.pathname);
}

let parsed = { search: '', query: new URLSearchParams() };

/** Parsed once for each query string, so that hooks can depend on it. */
function currentQuery(): URLSearchParams {
  const { search } = window.location;
  if (parsed.search !== search) parsed = { search, query: new URLSearchParams(search) };
  return parsed.query;
}

/**
 * The query string, and a function that changes it in place: keys that are not named stay, null removes one. What a
 * person would share belongs here; it leaves no steps in the history.
 */
export function useQueryString(): [URLSearchParams, (change: Record<string, string | null>) => void] {
  const query = useSyncExternalStore(subscribe, currentQuery);
  const change = useCallback((values: Record<string, string | null>) => {
    const next = new URLSearchParams(window.location.search);
    for (const [key, value] of Object.entries(values)) {
      if (value === null) next.delete(key);
      else next.set(key, value);
    }
    // Commas and tildes divide the parts of a value in shared links; written plainly they stay readable.
    const search = next.toString().replaceAll('%2C', ',').replaceAll('%7E', '~');
    navigate(`${window.location.pathname}${search ? `?${search}` : ''}`, { replace: true });
  }, []);
  return [query, change];
}

/**
 * The values of a pattern's parts in a path (`/runs/:id` in `/runs/7` gives `{ id: '7' }`), or null where it does not
 * match. A path that cannot be decoded matches nothing.
 */
export function matchPath(pattern: string, pathname: string): Readonly<Record<string, string>> | null {
  const wanted = pattern.split('/').filter(Boolean);
  const given = pathname.split('/').filter(Boolean);
  if (wanted.length !== given.length) return null;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = decoded(given[index] ?? '');
    if (value === null) return null;
    if (part.startsWith(':')) params[part.slice(1)] = value;
    else if (part !== value) return null;
  }
  return params;
}

function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}

interface LinkProps extends Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href'> {
  readonly to: string;
}

/** A link inside the application; with a modifier key or the middle button it opens as any link of a browser. */
export function Link({ to, onClick, ...rest }: LinkProps) {
  return createElement('a', {
    ...rest,
    href: to,
    onClick: (event: MouseEvent<HTMLAnchorElement>) => {
      onClick?.(event);
      const modified = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
      if (event.defaultPrevented || modified || event.button !== 0) return;
      event.preventDefault();
      navigate(to);
    },
  });
}
