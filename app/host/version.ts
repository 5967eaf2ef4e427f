import fs from 'node:fs';
import { fileURLToPath } from 'node:url';

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

/** A folder of `resources/` as a path that other programs can read: in an installed application they lie beside its archive. */
export function resourceFolder(name: 'launcher' | 'sdk/python' | 'templates'): string {
  return fileURLToPath(new URL(`resources/${name}`, packageFolder())).replace(
    /([\\/])app[.]asar([\\/])/,
    '$1app.asar.unpacked$2',
  );
}
