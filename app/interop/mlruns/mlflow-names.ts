/**
 * A key as MLflow allows one: letters, digits and `_ - . : /` and spaces, and a path that stays where it is and is not both a file and a
 * folder among the others. Two keys that would become the same are kept apart.
 */
export function mlflowNames(keys: readonly string[]): Map<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  const folders = new Set<string>();
  // Longer ones first: what is a folder must be known before a file of the name is.
  for (const key of [...keys].sort((a, b) => b.length - a.length)) {
    const wanted = mended(key);
    let name = wanted;
    for (let count = 2; taken.has(name) || folders.has(name); count++) name = `${wanted}_${count}`;
    taken.add(name);
    const parts = name.split('/');
    for (let depth = 1; depth < parts.length; depth++) folders.add(parts.slice(0, depth).join('/'));
    names.set(key, name);
  }
  return names;
}

function mended(key: string): string {
  const parts = key
    .replace(/[^\p{L}\p{N}_\-. :/]/gu, '_')
    .split('/')
    .filter((part) => part !== '' && part !== '.' && part !== '..')
    // A file's name has at most 255 bytes.
    .map((part) => Array.from(part).slice(0, 60).join(''));
  return parts.join('/') || '_';
}
