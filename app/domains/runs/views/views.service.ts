import type { ProjectId, ViewId } from '../../../contract/ids.ts';
import type { SavedView, ViewContent } from '../../../contract/views.contract.ts';
import { AppError } from '../../../kernel/app-error.ts';
import type { Core } from '../../../kernel/core.ts';
import { newId } from '../../../kernel/new-id.ts';
import type { Projects } from '../../projects/index.ts';
import { readFilter, readOrder } from '../search/read-query.ts';
import { createViewRepository } from './views.repository.ts';

export interface Views {
  list(project: string | undefined): SavedView[];
  /** @throws AppError NOT_FOUND */
  get(project: string | undefined, nameOrId: string): SavedView;
  /** Replaces the view of that name. @throws AppError INVALID_INPUT for a filter or a sorted field that cannot be understood */
  save(project: string | undefined, content: ViewContent): SavedView;
  /** @throws AppError NOT_FOUND, ALREADY_EXISTS */
  rename(project: string | undefined, nameOrId: string, name: string): SavedView;
  /** @throws AppError NOT_FOUND */
  delete(project: string | undefined, nameOrId: string): SavedView;
}

export function createViews(
  { database, clock, events }: Pick<Core, 'database' | 'clock' | 'events'>,
  parts: { readonly projects: Pick<Projects, 'resolve'> },
): Views {
  const repository = createViewRepository(database);

  function find(project: ProjectId, nameOrId: string): SavedView {
    const view = repository.find(project, nameOrId);
    if (view) return view;
    throw new AppError('NOT_FOUND', `There is no view "${nameOrId}".`, {
      nextStep: 'Run `lathe view list` to see the views.',
      details: { view: nameOrId },
    });
  }

  const record = (
    what: 'saved' | 'renamed' | 'deleted',
    { projectId, id, name }: SavedView,
    more: object = {},
  ) => events.append(`view.${what}`, { kind: 'view', id }, { name, project: projectId, ...more });

  return {
    list: (project) => repository.list(parts.projects.resolve(project).id),
    get: (project, nameOrId) => find(parts.projects.resolve(project).id, nameOrId),
    save(project, content) {
      const projectId = parts.projects.resolve(project).id;
      readFilter(content.filter, clock.now());
      for (const { field, descending } of content.sort) readOrder(database, projectId, field, descending);
      return database.transaction(() => {
        const known = repository.find(projectId, content.name);
        const view: SavedView = {
          ...content,
          id: known?.id ?? newId<ViewId>(clock.now()),
          projectId,
          createdAt: known?.createdAt ?? clock.now(),
          updatedAt: clock.now(),
        };
        repository.put(view);
        record('saved', view);
        return view;
      });
    },
    rename(project, nameOrId, name) {
      const projectId = parts.projects.resolve(project).id;
      return database.transaction(() => {
        const view = find(projectId, nameOrId);
        const taken = repository.find(projectId, name);
        if (taken && taken.id !== view.id) {
          throw new AppError('ALREADY_EXISTS', `There is a view "${name}" already.`, { details: { name } });
        }
        const renamed = { ...view, name, updatedAt: clock.now() };
        repository.put(renamed);
        record('renamed', renamed, { before: view.name });
        return renamed;
      });
    },
    delete(project, nameOrId) {
      return database.transaction(() => {
        const view = find(parts.projects.resolve(project).id, nameOrId);
        repository.remove(view.id);
        record('deleted', view);
        return view;
      });
    },
  };
}
