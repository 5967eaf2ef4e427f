import type { Recipe } from '../../../app/contract/recipe.ts';
import type { RunDetail } from '../../../app/contract/runs.contract.ts';
import type { TrainRequest } from './train-dialog.store.ts';

/** What the train dialog begins with to repeat a run: its template or recipe, data, parameters and target. */
export function repeatRequest(run: RunDetail): TrainRequest {
  const { recipe, code } = run;
  const inputs = run.inputs.map(({ name, datasetName, version, split }) => {
    const { digest: _digest, ...choice } = split ?? {};
    return [name, { dataset: datasetName, version, ...(split && { split: choice }) }];
  });
  const [first] = run.inputs;
  return {
    fromRun: { id: run.id, name: run.name },
    template: recipe?.template ?? run.template,
    ...(recipe &&
      !recipe.template && { recipe: { definition: named(recipe, run), folder: code?.folder ?? '' } }),
    experiment: run.experimentName,
    params: run.params,
    inputs: Object.fromEntries(inputs),
    ...(first && { dataset: first.datasetName, version: first.version }),
    ...(run.target !== 'native' && { target: run.target }),
  };
}

/** A recipe without a name is known by where it lay; handed over, it has to say it. */
function named(recipe: Recipe, { template }: RunDetail): Recipe {
  return { ...recipe, name: recipe.name ?? template };
}
