// @vitest-environment happy-dom
import { act, createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Link, matchPath, navigate, usePathname, useQueryString } from './router.ts';

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

let setQuery: (change: Record<string, string | null>) => void;

function Probe() {
  const [query, set] = useQueryString();
  setQuery = set;
  return createElement(
    'div',
    null,
    createElement('p', null, `${usePathname()} ${query.get('q') ?? '-'}`),
    createElement(Link, { to: '/runs/7' }, 'go'),
  );
}

describe('a page that follows its address', () => {
  let root: ReturnType<typeof createRoot>;
  const shown = () => document.querySelector('p')?.textContent;

  beforeEach(() => {
    window.history.replaceState(null, '', '/');
    document.body.innerHTML = '<main></main>';
    root = createRoot(document.querySelector('main') as Element);
    act(() => root.render(createElement(Probe)));
  });
  afterEach(() => act(() => root.unmount()));

  it('shows where it was sent', () => {
    act(() => navigate('/runs?q=drop'));
    expect(shown()).toBe('/runs drop');
  });

  it('changes some keys of the query and keeps the others, without a step back', () => {
    act(() => navigate('/runs?q=drop&sort=name'));
    const steps = window.history.length;
    act(() => setQuery({ q: null, hide: 'a,b' }));
    expect(window.location.search).toBe('?sort=name&hide=a,b');
    expect(window.history.length).toBe(steps);
  });

  it('follows a plain click on a link and leaves one with Ctrl to the browser', () => {
    const link = document.querySelector('a') as HTMLAnchorElement;
    const click = (ctrlKey: boolean) => {
      let left = true;
      // What is left to the browser ends here: the test has no other page to go to.
      const browser = (event: Event) => {
        left = !event.defaultPrevented;
        event.preventDefault();
      };
      window.addEventListener('click', browser, { once: true });
      const event = new MouseEvent('click', { bubbles: true, cancelable: true, ctrlKey });
      act(() => void link.dispatchEvent(event));
      return left;
    };
    expect(click(true)).toBe(true);
    expect(shown()).toBe('/ -');
    expect(click(false)).toBe(false);
    expect(shown()).toBe('/runs/7 -');
  });
});

describe('a pattern of paths', () => {
  it('gives the parts after a colon, decoded', () => {
    expect(matchPath('/data/:dataset', '/data/my%20table')).toEqual({ dataset: 'my table' });
    expect(matchPath('/runs', '/runs/')).toEqual({});
  });

  it('fits nothing longer, shorter or undecodable', () => {
    expect(matchPath('/runs/:id', '/runs')).toBeNull();
    expect(matchPath('/runs/:id', '/runs/a/b')).toBeNull();
    expect(matchPath('/runs/:id', '/runs/%E0%A4%A')).toBeNull();
  });
});
