import type { ReactNode } from 'react';
import type { Feature } from './features.tsx';
import { matchPath } from './router.ts';

/** The feature whose page stands at a path, and that page; null where there is none. */
export function findPage(
  features: readonly Feature[],
  pathname: string,
): { readonly feature: Feature; readonly page: ReactNode } | null {
  for (const feature of features) {
    for (const [pattern, render] of Object.entries(feature.pages)) {
      const params = matchPath(pattern, pathname);
      if (params) return { feature, page: render(params) };
    }
  }
  return null;
}
