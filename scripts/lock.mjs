/**
 * `npm run lock`: complete package-lock.json. npm leaves optional packages of other platforms out of the lock file
 * where it could not resolve them (npm/cli#9846) and `npm ci` then refuses the file. This adds what is missing and takes
 * addresses out, so that any registry serves the file.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from './node24.mjs';

/**
 * @param {{packages: Record<string, any>}} lock
 * @returns {{name: string, range: string, parent: string}[]} optional dependencies that no entry stands for
 */
export function missingOptionals(lock) {
  const missing = [];
  for (const [parent, entry] of Object.entries(lock.packages)) {
    for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
      if (!resolves(lock.packages, parent, name)) missing.push({ name, range, parent });
    }
  }
  return missing;
}

/** Node's own walk: beside the parent, then outwards. */
function resolves(packages, parent, name) {
  for (let folder = parent; ; ) {
    if (`${folder && `${folder}/`}node_modules/${name}` in packages) return true;
    if (folder === '') return false;
    folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')));
  }
}

const systems = [
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
  'aix',
];
const processors = ['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64'];

/**
 * The limits of a platform package, read from its name: npm needs them to pass over it on other machines. No registry
 * is asked, so this works where the registry lacks the package, which is why the entry was missing.
 *
 * @param {string} name for example `@scope/binding-linux-arm64-musl`
 */
export function platformOf(name) {
  const words = name.split(/[^a-z0-9]+/);
  const os = systems.find((system) => words.includes(system));
  const cpu = processors.find((processor) => words.includes(processor));
  if (!os) throw new Error(`The name of ${name} says no operating system: add its entry by hand.`);
  const libc = words.some((word) => word.startsWith('musl'))
    ? 'musl'
    : words.includes('gnu')
      ? 'glibc'
      : null;
  return { os: [os], ...(cpu && { cpu: [cpu] }), ...(os === 'linux' && libc && { libc: [libc] }) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = path.join(root, 'package-lock.json');
  const lock = JSON.parse(readFileSync(file, 'utf8'));
  const missing = missingOptionals(lock);
  for (const { name, range, parent } of missing) {
    const dev = lock.packages[parent].dev ? { dev: true } : {};
    lock.packages[`node_modules/${name}`] = { version: range, ...dev, optional: true, ...platformOf(name) };
  }
  const bound = Object.values(lock.packages).filter((entry) => /^https?:/.test(entry.resolved ?? ''));
  for (const entry of bound) delete entry.resolved;
  const { '': self, ...rest } = lock.packages;
  lock.packages = {
    '': self,
    ...Object.fromEntries(Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
  if (missing.length > 0 || bound.length > 0) writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(
    `package-lock.json: ${missing.length} optional packages added, ${bound.length} addresses taken out.`,
  );
}
