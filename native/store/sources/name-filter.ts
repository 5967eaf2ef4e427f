import ignore from 'ignore';

/** Which names of a version are taken. */
export interface NameFilter {
  takesFile(name: string): boolean;
  /** False only if nothing in it is taken. */
  takesFolder(name: string): boolean;
}

/**
 * @param include gitignore patterns of what to take only; none means everything
 * @param exclude gitignore patterns of what to leave out; they win
 */
export function nameFilter(include: readonly string[], exclude: readonly string[]): NameFilter | null {
  if (include.length === 0 && exclude.length === 0) return null;
  const taken = include.length > 0 ? ignore({ ignorecase: false }).add([...include]) : null;
  const left = ignore({ ignorecase: false }).add([...exclude]);
  return {
    takesFile: (name) => !left.ignores(name) && (taken === null || taken.ignores(name)),
    takesFolder: (name) => !left.ignores(`${name}/`),
  };
}
