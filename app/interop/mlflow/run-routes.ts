import { RUN_NAME_TAG, type Tracking } from '../../kernel/ports/tracking.ts';
import { listed, runInfoJson, runJson } from './entity-json.ts';
import { readView } from './experiment-routes.ts';
import { absent, invalid } from './mlflow-error.ts';
import { checkTag } from './names-and-limits.ts';
import { nextPage, readPageToken } from './page-token.ts';
import { randomName } from './random-name.ts';
import { experimentNumber, requireActiveExperiment, requireActiveRun, requireRun } from './require-known.ts';
import type { Routes } from './route.ts';
import { readStatus } from './run-status.ts';
import { runTerms, withOwnStatus } from './search-fields.ts';
import { readFilter, readOrder } from './search-terms.ts';

const MOST_RUNS = 50_000;
const USUAL_RUNS = 1000;

export function runRoutes(tracking: Tracking): Routes {
  const { runs } = tracking;
  return {
    'POST runs/create': ({ fields }) => {
      const experiment = requireActiveExperiment(tracking, fields.text('experiment_id') || '0');
      const tags = fields.pairs('tags');
      const named = tags.findLast(({ key }) => key === RUN_NAME_TAG)?.value;
      const asked = fields.text('run_name');
      if (asked && named && asked !== named) {
        throw invalid(
          `Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values (run_name='${asked}', mlflow.runName='${named}').`,
        );
      }
      const run = runs.create({
        experimentId: experiment.id,
        name: asked || named || randomName(),
        userId: fields.text('user_id'),
        startedAt: fields.integer('start_time') ?? 0,
        tags: tags.filter(({ key }) => key !== RUN_NAME_TAG),
      });
      const { outputs: _outputs, ...created } = runJson(run);
      return { run: created };
    },
    'GET runs/get': ({ fields }) => {
      const id = fields.runId();
      const run = runs.get(id);
      if (!run) throw absent(`Run with id=${id} not found`);
      return { run: runJson(run) };
    },
    'POST runs/update': ({ fields }) => {
      const id = fields.runId();
      const status = readStatus(fields.raw('status'));
      const endedAt = fields.integer('end_time');
      const name = fields.text('run_name');
      const run = requireActiveRun(tracking, id);
      return {
        run_info: runInfoJson(
          runs.update(run.id, {
            ...(status !== undefined && { status }),
            ...(endedAt !== undefined && { endedAt }),
            ...(name !== '' && { name }),
          }),
        ),
      };
    },
    'POST runs/delete': ({ fields }) => {
      runs.setDeleted(requireRun(tracking, fields.requiredText('run_id')).id, true);
      return {};
    },
    'POST runs/restore': ({ fields }) => {
      runs.setDeleted(requireRun(tracking, fields.requiredText('run_id')).id, false);
      return {};
    },
    'POST runs/set-tag': ({ fields }) => {
      const id = fields.runId();
      const tag = checkTag({ key: fields.requiredText('key'), value: fields.text('value') });
      runs.log(requireActiveRun(tracking, id).id, { points: [], params: [], tags: [tag] });
      return {};
    },
    'POST runs/delete-tag': ({ fields }) => {
      const id = fields.requiredText('run_id');
      const key = fields.requiredText('key');
      if (!runs.removeTag(requireActiveRun(tracking, id).id, key))
        throw absent(`No tag with name: ${key} in run with id ${id}`);
      return {};
    },
    'POST runs/search': ({ fields }) => {
      const limit = fields.limit('max_results', USUAL_RUNS, MOST_RUNS);
      if (limit < 1)
        throw invalid(
          `Invalid value ${limit} for parameter 'max_results' supplied. It must be a positive integer`,
        );
      const offset = readPageToken(fields.text('page_token'));
      const conditions = readFilter(fields.text('filter'), runTerms).map(withOwnStatus);
      const order = readOrder(fields.texts('order_by'), runTerms);
      const twice = order.find(({ entity, key }, index) =>
        order.slice(0, index).some((other) => other.entity === entity && other.key === key),
      );
      if (twice) throw invalid(`\`order_by\` contains duplicate fields: ${twice.entity} ${twice.key}`);
      const page = runs.search(
        fields.texts('experiment_ids').map(experimentNumber),
        readView(fields.raw('run_view_type')),
        { conditions, order, limit, offset },
      );
      return {
        // MLflow's server tells the models that a run read only of one run at a time.
        ...listed(
          'runs',
          page.items.map((run) => runJson({ ...run, inputModels: [] })),
        ),
        ...nextPage(page.more, offset, limit),
      };
    },
  };
}
