/** A request target that means what it says: a path in its plain form, and its query. */
export interface RequestTarget {
  readonly pathname: string;
  /** The same, encoded as it was sent. */
  readonly sentPath: string;
  readonly query: URLSearchParams;
}

const longestTarget = 8192;

/**
 * Read a request target, or return undefined for one that two readers could take for different paths: anything but
 * an absolute path, empty or dotted segments, encoded slashes, dots and control characters, backslashes, and percent
 * signs that encode nothing. No client of ours sends such a thing.
 */
export function parseTarget(target: string | undefined): RequestTarget | undefined {
  if (target === undefined || target.length > longestTarget) return undefined;
  const [path = '', ...rest] = target.split('?');
  if (!/^\/[\x21-\x7e]*$/.test(path) || /[\\#]/.test(path)) return undefined;
  if (/%(?![0-9a-f]{2})|%(?:[01][0-9a-f]|2e|2f|5c|7f)/i.test(path)) return undefined;
  const segments = path.slice(1).split('/');
  const isFolder = segments.length === 1;
  if (segments.some((segment) => segment === '.' || segment === '..' || (segment === '' && !isFolder))) {
    return undefined;
  }
  try {
    return { pathname: decodeURI(path), sentPath: path, query: new URLSearchParams(rest.join('?')) };
  } catch {
    return undefined;
  }
}
