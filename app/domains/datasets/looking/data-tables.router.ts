import { implement } from '@orpc/server';
import { dataTablesContract, type TableRef } from '../../../contract/data-tables.contract.ts';
import type { Datasets } from '../datasets.service.ts';
import type { Looking } from './looking.service.ts';
import type { VersionSql } from './version-sql.service.ts';

export function dataTablesRouter(parts: {
  readonly datasets: Pick<Datasets, 'resolve'>;
  readonly looking: Looking;
  readonly sql: VersionSql;
}) {
  const { datasets, looking, sql } = parts;
  const os = implement(dataTablesContract);
  const versionOf = (project: string | undefined, { dataset, version }: TableRef) =>
    datasets.resolve(project, dataset, version);
  return os.router({
    preview: os.preview.handler(({ input, signal }) =>
      looking.page(versionOf(input.project, input), input, signal),
    ),
    profile: os.profile.handler(({ input }) => looking.profile(versionOf(input.project, input), input)),
    classes: os.classes.handler(({ input, signal }) =>
      looking.classes(versionOf(input.project, input), input.column, signal),
    ),
    duplicates: os.duplicates.handler(({ input }) =>
      looking.duplicates(versionOf(input.project, input), input.ignore, input.threshold),
    ),
    diff: os.diff.handler(({ input: { project, before, after, key } }) =>
      looking.diff(versionOf(project, before), versionOf(project, after), key ?? null),
    ),
    sql: {
      run: os.sql.run.handler(({ input, signal }) => sql.run(input, signal)),
      page: os.sql.page.handler(({ input, signal }) =>
        sql.page(input.result, input.offset, input.limit, signal),
      ),
      export: os.sql.export.handler(({ input }) => sql.export(input)),
      listSaved: os.sql.listSaved.handler(({ input }) => sql.listSaved(input.project)),
      save: os.sql.save.handler(({ input: { project, ...content } }) => sql.save(project, content)),
      deleteSaved: os.sql.deleteSaved.handler(({ input }) => sql.deleteSaved(input.project, input.saved)),
    },
  });
}
