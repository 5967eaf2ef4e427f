/**
 * A repository's address without user names and passwords of the web, tokens and query: what may be stored and shown.
 * `git@host:path` and `ssh://git@host/path` keep their user, who is no secret there.
 */
export function withoutCredentials(address: string): string {
  const given = address.trim();
  if (!given.includes('://')) return given.replace(/^([^@/:]*):[^@]*@/, '$1@');
  const url = URL.canParse(given) ? new URL(given) : null;
  if (url?.protocol === 'file:') return given;
  // No address by the standard, for example with a bare "/" in a password: all before the last "@" may be secret.
  if (url === null || url.host === '') return given.replace(/:\/\/.*@/s, '://').replace(/[?#].*$/s, '');
  if (/^https?:$/.test(url.protocol)) url.username = '';
  url.password = '';
  url.search = '';
  url.hash = '';
  return url.href;
}
