import type { LoggedModel, ModelRegistry, Tracking } from '../../kernel/ports/tracking.ts';
import { invalid } from './mlflow-error.ts';
import type { Fields } from './request-fields.ts';

export interface VersionSource {
  readonly source: string;
  readonly storageLocation: string;
  readonly runId: string | null;
  /** The logged model that it is of, or ''. */
  readonly modelId: string;
}

/**
 * Where a new version's files are, from what a client says: a URI, and the run or the logged model that contains it. A client cannot make
 * a version of files of this computer, nor of what another run keeps.
 */
export function createVersionSource(tracking: Tracking, registry: ModelRegistry) {
  function refuse(source: string, name: string): never {
    throw invalid(
      `Invalid model version source: '${source}'. The ${name} request parameter must identify the resource that contains the source.`,
    );
  }

  /** A deleted one counts as none. */
  function liveModel(id: string): LoggedModel | null {
    const found = tracking.loggedModels.find(id);
    return found?.deleted === false ? found : null;
  }

  return (fields: Fields, isPrompt: boolean): VersionSource => {
    const sent = fields.requiredText('source');
    const runId = fields.text('run_id');
    const modelId = fields.text('model_id');
    if (isPrompt) return { source: sent, storageLocation: sent, runId: runId || null, modelId: '' };
    const named = /^models:\/([^/]+)(?:\/(.+))?$/.exec(sent);
    if (named && named[2] === undefined && /^m-/.test(named[1]!))
      return ofLoggedModel(sent, named[1]!, runId, modelId);
    if (sent.startsWith('models:')) return ofVersion(sent, named, runId, modelId);
    checkPlain(sent, modelId === '' ? 'run_id' : 'model_id');
    const logged = modelId === '' ? null : (liveModel(modelId) ?? refuse(sent, 'model_id'));
    if (sent.startsWith('runs:')) {
      if (logged || runId === '' || !sent.startsWith(`runs:/${runId}/`))
        refuse(sent, logged ? 'model_id' : 'run_id');
    } else if (isProxied(sent)) {
      const run = runId === '' ? null : tracking.runs.state(runId);
      const root = logged?.artifactLocation ?? run?.artifactLocation;
      if (root === undefined || !(sent === root || sent.startsWith(`${root}/`)))
        refuse(sent, logged ? 'model_id' : 'run_id');
    }
    return {
      source: sent,
      storageLocation: sent,
      runId: runId || logged?.sourceRunId || null,
      modelId,
    };
  };

  function ofLoggedModel(source: string, id: string, runId: string, modelId: string): VersionSource {
    const model = liveModel(id);
    if (modelId !== id || !model) refuse(source, 'model_id');
    return {
      source,
      storageLocation: model.artifactLocation,
      runId: runId || model.sourceRunId || null,
      modelId,
    };
  }

  function ofVersion(
    source: string,
    named: RegExpExecArray | null,
    runId: string,
    modelId: string,
  ): VersionSource {
    const [, name, wanted] = named ?? [];
    const model = name === undefined ? null : registry.find(name);
    const alias = model?.aliases.find((each) => each.alias === wanted)?.version;
    const number = /^\d+$/.test(wanted ?? '') ? Number(wanted) : alias;
    const version = name === undefined || number === undefined ? null : registry.version(name, number);
    if (!version) refuse(source, 'model_id');
    return {
      source: `models:/${version.name}/${version.version}`,
      storageLocation: version.storageLocation,
      runId: runId || version.runId,
      modelId,
    };
  }

  function checkPlain(source: string, name: string): void {
    if (/^file:|^\/|^\.|^[^:]*$/i.test(source)) {
      throw invalid(
        `Invalid model version source: '${source}'. To use a local path as a model version source, the ${name} request parameter has to be specified and the local path has to be contained within the artifact directory of the run specified by the ${name}.`,
      );
    }
    let plain = source;
    for (let before = ''; before !== plain; ) {
      before = plain;
      plain = decoded(plain);
    }
    if (plain.includes('\0') || plain.split('/').includes('..')) {
      throw invalid(
        `Invalid model version source: '${source}'. If supplying a source as an http, https, local file path, ftp, objectstore, or mlflow-artifacts uri, an absolute path must be provided without relative path references present. Please provide an absolute path.`,
      );
    }
  }
}

/** Whether the files are behind this server. */
const isProxied = (source: string): boolean =>
  /^mlflow-artifacts:/i.test(source) ||
  /^https?:\/\/[^/]+\/(.*\/)?api\/2\.0\/mlflow-artifacts\/artifacts(\/|$)/i.test(source);

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
