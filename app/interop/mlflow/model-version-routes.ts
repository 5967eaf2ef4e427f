import type { ModelRegistry, RegistryVersion, Tracking } from '../../kernel/ports/tracking.ts';
import { listed } from './entity-json.ts';
import { invalid, MlflowError } from './mlflow-error.ts';
import { checkModelName, checkName, checkRegistryTag } from './names-and-limits.ts';
import { nextPage, readPageToken } from './page-token.ts';
import { modelVersionJson } from './registry-json.ts';
import { asksForPrompts, PROMPT_TAG, readStage, registryLookup } from './registry-known.ts';
import type { Routes } from './route.ts';
import { modelVersionTerms } from './search-fields.ts';
import { readFilter, readOrder } from './search-terms.ts';
import { createVersionSource } from './version-source.ts';

/** Versions of registered models. */
export function modelVersionRoutes(tracking: Tracking, registry: ModelRegistry): Routes {
  const { requireModel, requireVersion } = registryLookup(registry);
  const resolveSource = createVersionSource(tracking, registry);

  const versionAnswer = ({ name, version }: RegistryVersion) => ({
    model_version: modelVersionJson(registry.version(name, version)!),
  });

  return {
    'POST model-versions/create': ({ fields }) => {
      const name = fields.requiredText('name');
      const tags = fields.pairs('tags');
      const isPrompt = tags.findLast(({ key }) => key === PROMPT_TAG)?.value.toLowerCase() === 'true';
      const source = resolveSource(fields, isPrompt);
      checkModelName(name);
      tags.forEach(checkRegistryTag);
      requireModel(name);
      const version = registry.createVersion({
        name,
        ...source,
        runLink: fields.text('run_link'),
        description: fields.text('description'),
        tags,
      });
      if (source.modelId !== '') noteRegistration(tracking, source.modelId, version);
      return versionAnswer(version);
    },
    'GET model-versions/get': ({ fields }) => ({ model_version: modelVersionJson(requireVersion(fields)) }),
    'PATCH model-versions/update': ({ fields }) => {
      const version = requireVersion(fields);
      registry.describeVersion(version.name, version.version, fields.text('description'));
      return versionAnswer(version);
    },
    'POST model-versions/transition-stage': ({ fields }) => {
      const stage = readStage(fields.requiredText('stage'));
      const archiveOthers = fields.boolean('archive_existing_versions');
      if (archiveOthers && stage !== 'Staging' && stage !== 'Production') {
        throw new MlflowError(
          'INTERNAL_ERROR',
          `Model version transition cannot archive existing model versions because '${fields.text('stage')}' is not an Active stage. Valid stages are ['Staging', 'Production']`,
        );
      }
      const version = requireVersion(fields);
      registry.setStage(version.name, version.version, stage, archiveOthers);
      return versionAnswer(version);
    },
    'DELETE model-versions/delete': ({ fields }) => {
      const { name, version } = requireVersion(fields);
      registry.removeVersion(name, version);
      return {};
    },
    'GET model-versions/search': ({ fields }) => {
      const limit = fields.limit('max_results', 200_000, 200_000);
      if (limit < 1)
        throw invalid(`Invalid value for max_results. It must be a positive integer, but got ${limit}`);
      const offset = readPageToken(fields.text('page_token'));
      const conditions = readFilter(fields.text('filter'), modelVersionTerms);
      const sent = fields.texts('order_by');
      const order = readOrder(
        sent.length > 0 ? sent : ['last_updated_timestamp DESC', 'name ASC', 'version_number DESC'],
        modelVersionTerms,
      );
      const page = registry.searchVersions({ conditions, order, limit, offset }, asksForPrompts(conditions));
      return {
        // MLflow's server leaves the aliases out of what it finds.
        ...listed(
          'model_versions',
          page.items.map((version) => modelVersionJson({ ...version, aliases: [] })),
        ),
        ...nextPage(page.more, offset, limit),
      };
    },
    'GET model-versions/get-download-uri': ({ fields }) => ({
      artifact_uri: requireVersion(fields).storageLocation,
    }),
    'POST model-versions/set-tag': ({ fields }) => {
      const tag = { key: fields.requiredText('key'), value: fields.text('value') };
      checkRegistryTag(tag);
      const { name, version } = requireVersion(fields);
      registry.setVersionTag(name, version, tag);
      return {};
    },
    'DELETE model-versions/delete-tag': ({ fields }) => {
      const key = fields.requiredText('key');
      checkName(key, 'key');
      const { name, version } = requireVersion(fields);
      registry.removeVersionTag(name, version, key);
      return {};
    },
  };
}

/** The logged model says which versions it became. */
function noteRegistration(tracking: Tracking, modelId: string, { name, version }: RegistryVersion): void {
  const key = 'mlflow.modelVersions';
  const known = tracking.loggedModels.find(modelId)?.tags.find((tag) => tag.key === key)?.value;
  const versions = [...(JSON.parse(known ?? '[]') as object[]), { name, version }];
  tracking.loggedModels.setTags(modelId, [{ key, value: JSON.stringify(versions) }]);
}
