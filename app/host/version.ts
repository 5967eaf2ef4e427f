import fs from 'node:fs';

/** The package's folder: two levels above `app/host/` in the sources and above `out/host/` in the bundles. */
export function packageFolder(): URL {
  for (let folder = new URL('.', import.meta.url); ; folder = new URL('..', folder)) {
    if (fs.existsSync(new URL('package.json', folder))) return folder;
    if (folder.pathname === '/' || new URL('..', folder).href === folder.href)
      throw new Error('package.json is missing');
  }
}

export const latheVersion: string = JSON.parse(
  fs.readFileSync(new URL('package.json', packageFolder()), 'utf8'),
).version;
