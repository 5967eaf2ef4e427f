/**
 * Where the files of a model's version are among the artifacts of its run: what MLflow calls its source says so in one of many ways, of
 * which none is used as a path of this machine.
 *
 * @param run id of the run
 * @returns a path with `/`, '' for all artifacts of the run, or null for a place that is no run's
 */
export function versionPlace(source: string, run: string): string | null {
  const model = /(?:^models:\/|\/models\/)(m-[0-9a-f]{32})(?:\/artifacts)?(?:\/(.*))?$/.exec(source);
  if (model) return joined(`models/${model[1]}`, model[2] ?? '');
  const named = `runs:/${run}`;
  if (source === named || source.startsWith(`${named}/`)) return joined('', source.slice(named.length));
  const folder = `/${run}/artifacts`;
  const at = source.indexOf(folder);
  if (at === -1) return null;
  const rest = source.slice(at + folder.length);
  return rest === '' || rest.startsWith('/') ? joined('', rest) : null;
}

function joined(folder: string, rest: string): string | null {
  const parts = [...folder.split('/'), ...rest.split('/')].filter((part) => part !== '' && part !== '.');
  return parts.includes('..') ? null : parts.join('/');
}

/** Why a version is not taken. */
export const noPlace = (name: string, version: number): string =>
  `Version ${version} of the model ${name.slice(0, 200)} has no files that a run keeps.`;
