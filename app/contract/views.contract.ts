import { z } from 'zod';
import { nameOrId, objectName, projectId, viewId } from './ids.ts';
import { procedure } from './procedure.ts';
import { inProject } from './projects.contract.ts';
import { epochMs } from './wire.ts';

/** A field as the filter language writes it: `metrics.loss`, `params.lr`, `tags.team`, `started`. */
const field = z.string().min(1).max(300);

export const viewColumn = z.object({
  field,
  /** Null: as wide as its kind of column is by itself. */
  widthPixels: z.number().int().min(20).max(4000).nullable().default(null),
  /** Whether it stays in sight while the others move. */
  pinned: z.boolean().default(false),
});
export type ViewColumn = z.infer<typeof viewColumn>;

/** What a table of runs shows, and in which order. */
export const viewLayout = z.object({
  columns: z.array(viewColumn).max(2000).default([]),
  sort: z
    .array(z.object({ field, descending: z.boolean().default(false) }))
    .max(10)
    .default([]),
  /** Fields whose equal values make a group, the outermost first. */
  grouping: z.array(field).max(5).default([]),
});
export type ViewLayout = z.infer<typeof viewLayout>;

export const viewContent = viewLayout.extend({
  name: objectName,
  /** In the filter language of docs/searching-runs.md; empty where all runs are shown. */
  filter: z.string().max(10_000).default(''),
});
export type ViewContent = z.infer<typeof viewContent>;

export const savedView = viewContent.extend({
  id: viewId,
  projectId,
  createdAt: epochMs,
  updatedAt: epochMs,
});
export type SavedView = z.infer<typeof savedView>;

/** A view as a text that can be kept in a file or sent, and saved elsewhere. */
export const viewDocument = viewContent.extend({ format: z.literal('lathe-view/1') });

export function viewText({ name, filter, columns, sort, grouping }: ViewContent): string {
  const document: z.infer<typeof viewDocument> = {
    format: 'lathe-view/1',
    name,
    filter,
    columns,
    sort,
    grouping,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

export const viewsContract = {
  list: procedure
    .route({ method: 'GET', path: '/views', summary: 'Saved views of the runs of a project' })
    .input(z.object(inProject))
    .output(z.array(savedView)),
  get: procedure
    .route({ method: 'GET', path: '/views/{view}', summary: 'One view by name or id' })
    .input(z.object({ ...inProject, view: nameOrId }))
    .output(savedView),
  /** A view of that name is replaced; its filter and order have to be understood. */
  save: procedure
    .route({ method: 'POST', path: '/views', summary: 'Save a view under its name' })
    .input(viewContent.extend(inProject))
    .output(savedView),
  rename: procedure
    .route({ method: 'POST', path: '/views/{view}/rename', summary: 'Give a view another name' })
    .input(z.object({ ...inProject, view: nameOrId, name: objectName }))
    .output(savedView),
  delete: procedure
    .route({ method: 'DELETE', path: '/views/{view}', summary: 'Delete a view; the runs stay' })
    .input(z.object({ ...inProject, view: nameOrId }))
    .output(savedView),
};
