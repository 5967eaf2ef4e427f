import type { ModelRegistry, RegistryModel, RegistryVersion } from '../../kernel/ports/tracking.ts';
import { absent, invalid } from './mlflow-error.ts';
import { checkModelName } from './names-and-limits.ts';
import type { Fields } from './request-fields.ts';

export const STAGES = ['None', 'Staging', 'Production', 'Archived'];
export const PROMPT_TAG = 'mlflow.prompt.is_prompt';

/** What a request names of the registry and must be there. */
export function registryLookup(registry: ModelRegistry) {
  function requireModel(name: string): RegistryModel {
    checkModelName(name);
    const found = registry.find(name);
    if (found) return found;
    throw absent(`Registered Model with name=${name} not found`);
  }

  function requireVersion(fields: Fields): RegistryVersion {
    const name = fields.requiredText('name');
    const version = fields.requiredText('version');
    checkModelName(name);
    return versionOf(name, version);
  }

  function versionOf(name: string, version: string): RegistryVersion {
    if (!/^\s*[+-]?\d+\s*$/.test(version))
      throw invalid(`Parameter 'version' must be an integer, got '${version}'.`);
    const found = registry.version(name, Number(version));
    if (found) return found;
    throw absent(`Model Version (name=${name}, version=${Number(version)}) not found`);
  }

  return { requireModel, requireVersion, versionOf };
}

/** A stage in any case. @throws MlflowError */
export function readStage(sent: string): string {
  const stage = STAGES.find((each) => each.toLowerCase() === sent.toLowerCase());
  if (stage !== undefined) return stage;
  throw invalid(`Invalid Model Version stage: ${sent}. Value must be one of ${STAGES.join(', ')}.`);
}

/** Whether a search is for prompts, which are kept apart from models. */
export function asksForPrompts(
  conditions: readonly { entity: string; key: string; comparator: string; value: unknown }[],
) {
  const about = conditions.find(({ entity, key }) => entity === 'tag' && key === PROMPT_TAG);
  const value = String(about?.value).toLowerCase();
  return (
    about !== undefined &&
    ((about.comparator === '=' && value === 'true') || (about.comparator === '!=' && value === 'false'))
  );
}
