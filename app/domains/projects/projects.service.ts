import { AsyncLocalStorage } from 'node:async_hooks';
import type { ProjectId } from '../../contract/ids.ts';
import type { Project } from '../../contract/projects.contract.ts';
import { AppError } from '../../kernel/app-error.ts';
import type { Core } from '../../kernel/core.ts';
import { newId } from '../../kernel/new-id.ts';
import { createProjectRepository } from './projects.repository.ts';

export interface Projects {
  list(): Project[];
  get(nameOrId: string): Project;
  create(name: string): Project;
  use(nameOrId: string): Project;
  /** The project that a name or id means; without one, the current project, or the one that we are `within`. */
  resolve(nameOrId?: string): { readonly id: ProjectId; readonly name: string };
  /** Do something for which another project than the current one stands where none is named. @throws AppError NOT_FOUND */
  within<T>(nameOrId: string, action: () => T): T;
}

/** Makes the first project, `default`, in a workspace that has none. */
export function createProjects({
  database,
  clock,
  events,
}: Pick<Core, 'database' | 'clock' | 'events'>): Projects {
  const repository = createProjectRepository(database);
  const chosen = new AsyncLocalStorage<string>();

  function find(nameOrId: string): Project {
    const found = repository.list().find(({ id, name }) => id === nameOrId || name === nameOrId);
    if (!found) {
      throw new AppError('NOT_FOUND', `There is no project "${nameOrId}".`, {
        nextStep: 'Run `lathe project list` to see the projects, or `lathe project create` to make one.',
        details: { project: nameOrId },
      });
    }
    return found;
  }

  function create(name: string): ProjectId {
    const id = newId<ProjectId>(clock.now());
    repository.insert(id, name, clock.now());
    events.append('project.created', { kind: 'project', id }, { name });
    return id;
  }

  database.transaction(() => {
    if (repository.list().length === 0) repository.setCurrent(create('default'));
  });

  return {
    list: () => repository.list(),
    get: find,
    create(name) {
      return database.transaction(() => {
        if (repository.list().some((project) => project.name === name)) {
          throw new AppError('ALREADY_EXISTS', `There is already a project "${name}".`, {
            details: { name },
          });
        }
        return find(create(name));
      });
    },
    use(nameOrId) {
      return database.transaction(() => {
        const { id, name } = find(nameOrId);
        repository.setCurrent(id);
        events.append('project.used', { kind: 'project', id }, { name });
        return find(id);
      });
    },
    resolve(nameOrId) {
      const named = nameOrId ?? chosen.getStore();
      const { id, name } =
        named === undefined ? repository.list().find((project) => project.current)! : find(named);
      return { id, name };
    },
    within: (nameOrId, action) => chosen.run(find(nameOrId).id, action),
  };
}
