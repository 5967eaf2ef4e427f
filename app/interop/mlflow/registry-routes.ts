import type { ModelRegistry, RegistryModel, RegistryVersion } from '../../kernel/ports/tracking.ts';
import { listed } from './entity-json.ts';
import { taken } from './experiment-routes.ts';
import { absent, invalid, MlflowError } from './mlflow-error.ts';
import {
  checkAlias,
  checkModelName,
  checkName,
  checkNewAlias,
  checkRegistryTag,
} from './names-and-limits.ts';
import { nextPage, readPageToken } from './page-token.ts';
import { modelVersionJson, registeredModelJson } from './registry-json.ts';
import { asksForPrompts, readStage, registryLookup, STAGES } from './registry-known.ts';
import type { Fields } from './request-fields.ts';
import type { Routes } from './route.ts';
import { registeredModelTerms } from './search-fields.ts';
import { readFilter, readOrder } from './search-terms.ts';

/** Registered models with their tags and aliases. */
export function registryRoutes(registry: ModelRegistry): Routes {
  const { requireModel, versionOf } = registryLookup(registry);

  function latestOf({ name, latest }: RegistryModel): RegistryVersion {
    const version = Math.max(0, ...latest.map((each) => each.version));
    if (version === 0) throw absent(`Latest version not found for model ${name}.`);
    return registry.version(name, version)!;
  }

  const modelAnswer = (name: string) => ({ registered_model: registeredModelJson(registry.find(name)!) });
  function latestVersions({ fields }: { readonly fields: Fields }) {
    const model = requireModel(fields.requiredText('name'));
    const stages = fields.texts('stages').map(readStage);
    const wanted = stages.length > 0 ? stages : STAGES;
    const found = model.latest.filter(({ stage }) => wanted.includes(stage));
    return { ...listed('model_versions', found.map(modelVersionJson)) };
  }

  return {
    'POST registered-models/create': ({ fields }) => {
      const name = fields.requiredText('name');
      const tags = fields.pairs('tags');
      checkModelName(name);
      tags.forEach(checkRegistryTag);
      taken(
        () => registry.create({ name, description: fields.text('description'), tags }),
        new MlflowError('RESOURCE_ALREADY_EXISTS', `Registered Model (name=${name}) already exists.`),
      );
      return modelAnswer(name);
    },
    'GET registered-models/get': ({ fields }) => ({
      registered_model: registeredModelJson(requireModel(fields.requiredText('name'))),
    }),
    'PATCH registered-models/update': ({ fields }) => {
      const { name } = requireModel(fields.requiredText('name'));
      registry.describe(name, fields.text('description'));
      return modelAnswer(name);
    },
    'POST registered-models/rename': ({ fields }) => {
      const name = fields.requiredText('name');
      const newName = fields.requiredText('new_name');
      checkModelName(newName);
      requireModel(name);
      if (newName !== name) {
        taken(
          () => registry.rename(name, newName),
          new MlflowError('RESOURCE_ALREADY_EXISTS', `Registered Model (name=${newName}) already exists.`),
        );
      }
      return modelAnswer(newName);
    },
    'DELETE registered-models/delete': ({ fields }) => {
      registry.remove(requireModel(fields.requiredText('name')).name);
      return {};
    },
    'GET registered-models/search': ({ fields }) => {
      const limit = fields.limit('max_results', 100, 1000);
      const offset = readPageToken(fields.text('page_token'));
      const conditions = readFilter(fields.text('filter'), registeredModelTerms);
      const order = readOrder(fields.texts('order_by'), registeredModelTerms);
      const page = registry.search({ conditions, order, limit, offset }, asksForPrompts(conditions));
      return {
        ...listed('registered_models', page.items.map(registeredModelJson)),
        ...nextPage(page.more, offset, limit),
      };
    },
    'POST registered-models/get-latest-versions': latestVersions,
    'GET registered-models/get-latest-versions': latestVersions,
    'POST registered-models/set-tag': ({ fields }) => {
      const name = fields.requiredText('name');
      const tag = { key: fields.requiredText('key'), value: fields.text('value') };
      checkModelName(name);
      checkRegistryTag(tag);
      registry.setTag(requireModel(name).name, tag);
      return {};
    },
    'DELETE registered-models/delete-tag': ({ fields }) => {
      const name = fields.requiredText('name');
      const key = fields.requiredText('key');
      checkModelName(name);
      checkName(key, 'key');
      registry.removeTag(requireModel(name).name, key);
      return {};
    },
    'POST registered-models/alias': ({ fields }) => {
      const name = fields.requiredText('name');
      const alias = fields.requiredText('alias');
      const version = fields.requiredText('version');
      checkModelName(name);
      checkNewAlias(alias);
      registry.setAlias(name, alias, versionOf(name, version).version);
      return {};
    },
    'DELETE registered-models/alias': ({ fields }) => {
      const name = fields.requiredText('name');
      const alias = fields.requiredText('alias');
      checkModelName(name);
      checkAlias(alias);
      const model = requireModel(name);
      if (model.aliases.some((each) => each.alias === alias)) registry.removeAlias(name, alias);
      return {};
    },
    'GET registered-models/alias': ({ fields }) => {
      const name = fields.requiredText('name');
      const alias = fields.requiredText('alias');
      checkModelName(name);
      checkAlias(alias);
      if (alias.toLowerCase() === 'latest')
        return { model_version: modelVersionJson(latestOf(requireModel(name))) };
      const found = requireModel(name).aliases.find((each) => each.alias === alias);
      if (!found) throw invalid(`Registered model alias ${alias} not found.`);
      return { model_version: modelVersionJson(registry.version(name, found.version)!) };
    },
  };
}
