import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { cruise, type ICruiseOptions, type ICruiseResult } from 'dependency-cruiser';
import extractOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';

/**
 * Check who imports whom against .dependency-cruiser.mjs. Run as a program it checks this tree and prints what it
 * found; the tests beside it check planted imports by the same rules.
 */
const root = path.resolve(import.meta.dirname, '../..');
const rules = path.join(root, '.dependency-cruiser.mjs');
const folders = ['app', 'native', 'main', 'preload', 'renderer', 'test'];

export interface LayerViolation {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
}

/**
 * @param folder the tree to check; it must hold (or link to) node_modules
 * @returns `modules` counts the tree's own source files: zero means that nothing was checked
 */
export async function checkLayers(folder = root): Promise<{ modules: number; violations: LayerViolation[] }> {
  const options: ICruiseOptions = await extractOptions(rules);
  const present = folders.filter((name) => existsSync(path.join(folder, name)));
  const { output } = await cruise(
    present,
    { ...options, baseDir: folder, outputType: 'json', validate: true },
    options.enhancedResolveOptions,
  );
  const { modules, summary } = JSON.parse(output as string) as ICruiseResult;
  return {
    modules: modules.filter(({ source }) => present.some((name) => source.startsWith(`${name}/`))).length,
    violations: summary.violations.map(({ rule, from, to, cycle }) => ({
      rule: rule.name,
      from,
      to: cycle ? cycle.map(({ name }) => name).join(' → ') : to,
    })),
  };
}

/** Domains from low to high, as the rules rank them. */
export async function domainRanks(): Promise<readonly string[]> {
  const module = (await import(pathToFileURL(rules).href)) as { domainRanks: readonly string[] };
  return module.domainRanks;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { modules, violations } = await checkLayers();
  for (const { rule, from, to } of violations) console.error(`${rule}: ${from} → ${to}`);
  if (modules === 0) console.error('No module was checked: the parser read nothing.');
  if (violations.length > 0 || modules === 0) process.exitCode = 1;
  else console.log(`Layers: ${modules} modules, every import allowed.`);
}
