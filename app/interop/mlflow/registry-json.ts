import type { RegistryModel, RegistryVersion } from '../../kernel/ports/tracking.ts';
import { listed } from './entity-json.ts';

/** Models and versions of the registry as MLflow's clients read them. */

export function registeredModelJson(model: RegistryModel) {
  return {
    name: model.name,
    creation_timestamp: model.createdAt,
    last_updated_timestamp: model.updatedAt,
    ...(model.description !== '' && { description: model.description }),
    ...listed(
      'latest_versions',
      model.latest.map((version) => modelVersionJson({ ...version, aliases: [] })),
    ),
    ...listed('tags', model.tags),
    ...listed(
      'aliases',
      model.aliases.map(({ alias, version }) => ({ alias, version: String(version) })),
    ),
  };
}

export function modelVersionJson(version: RegistryVersion) {
  return {
    name: version.name,
    version: String(version.version),
    creation_timestamp: version.createdAt,
    last_updated_timestamp: version.updatedAt,
    current_stage: version.stage,
    description: version.description,
    source: version.source,
    run_id: version.runId ?? '',
    status: 'READY',
    ...listed('tags', version.tags),
    run_link: version.runLink,
    ...listed('aliases', version.aliases),
  };
}
