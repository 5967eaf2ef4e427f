import type { Tracking } from '../../kernel/ports/tracking.ts';
import { joinPath, pathOfUri, safePath } from './artifact-path.ts';
import { listed } from './entity-json.ts';
import { requireLoggedModel, requireRun } from './require-known.ts';
import type { Routes } from './route.ts';

/** Lists of what runs and logged models keep; the bytes go through the artifact service. */
export function artifactRoutes(tracking: Tracking): Routes {
  function listing(location: string, path: string) {
    const root = pathOfUri(location);
    return {
      root_uri: location,
      ...listed('files', root === null ? [] : filesIn(tracking, joinPath(root, path), path)),
    };
  }
  return {
    'GET artifacts/list': ({ fields }) => {
      const path = safePath(fields.text('path'));
      return listing(requireRun(tracking, fields.runId()).artifactLocation, path);
    },
    'GET logged-models/{model_id}/artifacts/directories': ({ fields, segment }) => {
      const path = safePath(fields.text('artifact_directory_path'));
      return listing(requireLoggedModel(tracking, segment('model_id')).artifactLocation, path);
    },
  };
}

/** @param shown what the paths in the answer begin with */
export function filesIn(tracking: Tracking, folder: string, shown: string) {
  return tracking.files.list(folder).map(({ name, isFolder, sizeBytes }) => ({
    path: joinPath(shown, name),
    is_dir: isFolder,
    ...(!isFolder && { file_size: sizeBytes }),
  }));
}
