import type { ProjectId, RunId } from '../../../contract/ids.ts';
import type { Core } from '../../../kernel/core.ts';
import type { ImportedModel, ImportedModelVersion } from '../../../kernel/ports/run-transfer.ts';
import type {
  KeyValue,
  ModelRegistry,
  RegistryModel,
  RegistryVersion,
} from '../../../kernel/ports/tracking.ts';
import type { Projects } from '../../projects/index.ts';
import type { RunIntake } from './run-intake.ts';
import type { SourceRepository } from './source.repository.ts';

/** What number a version had where it comes from: by it the next import knows it again. */
const NUMBER_TAG = 'lathe.importedVersion';
/** More versions of one model than anybody has. */
const MOST_VERSIONS = 200_000;
const LONGEST_NAME = 256;

export interface TakeModelsParts {
  readonly core: Core;
  readonly intake: RunIntake;
  readonly sources: SourceRepository;
  readonly registry: ModelRegistry;
  readonly projects: Pick<Projects, 'within'>;
}

/**
 * Take registered models whose files came with imported runs. A version is known by its run and by the number that it had; what is there
 * already stays as it is: a description, a tag and a name for a version that somebody set here is not set back.
 *
 * @returns how many versions are news, and what was left out, in words
 */
export function takeModels(
  parts: TakeModelsParts,
  format: string,
  models: readonly ImportedModel[],
  project: ProjectId,
): { versions: number; notes: string[] } {
  const notes: string[] = [];
  let versions = 0;
  for (const model of models) {
    notes.push(...model.notes);
    if (model.name === '' || model.name.length > LONGEST_NAME || /[/:\0]/.test(model.name)) {
      notes.push(`The model ${JSON.stringify(model.name.slice(0, 200))} has a name that none has here.`);
      continue;
    }
    versions += parts.projects.within(project, () =>
      parts.core.database.transaction(() => takeModel(parts, format, model, notes)),
    );
  }
  return { versions, notes };
}

interface PlacedVersion extends ImportedModelVersion {
  readonly runId: RunId;
}

function takeModel(
  { intake, sources, registry }: TakeModelsParts,
  format: string,
  model: ImportedModel,
  notes: string[],
): number {
  const { name } = model;
  const placed: PlacedVersion[] = [];
  for (const version of model.versions) {
    const runId = sources.runOf(format, [version.run]);
    const files = runId ? intake.repository.artifacts(runId).map(({ path }) => path) : [];
    const isThere = files.some((file) => isBelow(version.path, file));
    if (runId && isThere) placed.push({ ...version, runId });
    else
      notes.push(
        `Version ${version.version} of the model ${name} was left out: its run's files are not here.`,
      );
  }
  if (placed.length === 0) return 0;
  const known = registry.find(name);
  if (!known) registry.create({ name, description: model.description, tags: model.tags });
  else setMissing(registry, known, model.tags);
  const numbers = numbersOf(known ? versionsOf(registry, name) : []);
  let added = 0;
  for (const version of placed) {
    const identity = identityOf(version.runId, String(version.version));
    if (numbers.has(identity)) continue;
    numbers.set(identity, register(registry, name, version).version);
    added += 1;
  }
  const aliases = new Set(registry.find(name)!.aliases.map(({ alias }) => alias));
  for (const [alias, wanted] of Object.entries(model.aliases)) {
    const version = placed.find((each) => each.version === wanted);
    if (version && !aliases.has(alias))
      registry.setAlias(name, alias, numbers.get(identityOf(version.runId, String(wanted)))!);
  }
  return added;
}

const isBelow = (folder: string, file: string): boolean =>
  folder === '' || file === folder || file.startsWith(`${folder}/`);

const identityOf = (run: string | null, number: string): string => `${run} ${number}`;

function register(registry: ModelRegistry, name: string, version: PlacedVersion): RegistryVersion {
  const source = `runs:/${version.runId}/${version.path}`;
  const made = registry.createVersion({
    name,
    wanted: version.version,
    source,
    storageLocation: source,
    runId: version.runId,
    runLink: '',
    description: version.description,
    tags: [...version.tags, { key: NUMBER_TAG, value: String(version.version) }],
  });
  if (version.stage !== 'None') registry.setStage(name, made.version, version.stage, false);
  return made;
}

function versionsOf(registry: ModelRegistry, name: string): readonly RegistryVersion[] {
  const conditions = [{ entity: 'attribute', key: 'name', comparator: '=', value: name }] as const;
  return registry.searchVersions({ conditions, order: [], limit: MOST_VERSIONS, offset: 0 }, true).items;
}

/** The numbers here of versions that were imported before. */
function numbersOf(versions: readonly RegistryVersion[]): Map<string, number> {
  const imported = versions.flatMap(({ runId, tags, version }) =>
    tags
      .filter(({ key }) => key === NUMBER_TAG)
      .map(({ value }) => [identityOf(runId, value), version] as const),
  );
  return new Map(imported);
}

function setMissing(registry: ModelRegistry, known: RegistryModel, tags: readonly KeyValue[]): void {
  const there = new Set(known.tags.map(({ key }) => key));
  for (const tag of tags) if (!there.has(tag.key)) registry.setTag(known.name, tag);
}
