import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Column, Dataset } from '../../../app/contract/datasets.contract.ts';
import type { Inputs } from '../../../app/contract/index.ts';
import type { Target } from '../../../app/contract/targets.contract.ts';
import type { Template, TemplateParameter } from '../../../app/contract/training.contract.ts';
import { orpc } from '../../client/orpc.ts';
import type { TrainRequest } from './train-dialog.store.ts';
import {
  type ChosenData,
  type DraftProblems,
  emptyDraft,
  type ResolvedData,
  readDraft,
  type TrainDraft,
} from './train-draft.ts';
import { initialFields, likelyTarget, type ParameterFields, readFields } from './train-form.ts';
import { useTrainMemory } from './train-memory.store.ts';
import { splitReference, type TrainSource, type TrainSubject } from './train-subject.ts';
import { type SubjectChoice, useRecipeText, useSubject } from './use-subject.ts';

interface TrainFormInput {
  readonly request: TrainRequest;
  readonly datasets: readonly Dataset[];
  readonly templates: readonly Template[];
  readonly targets: readonly Target[];
}

/** Parameters of native training that a named split takes the place of. */
const sharesHeldOut: ReadonlySet<string> = new Set(['validation_fraction', 'test_fraction']);

/** The state of the train dialog, what follows from it, and what the core would be asked for. */
export function useTrainForm({ request: from, datasets, templates, targets }: TrainFormInput) {
  const memory = useTrainMemory();
  const known = templates.find(({ id }) => id === from.template);
  const [source, setSource] = useState<TrainSource>(
    from.source ?? (!known && from.recipe ? 'recipe' : from.path ? 'script' : 'template'),
  );
  const [templateId, setTemplate] = useState(known?.id ?? null);
  const [scriptPath, setScriptPath] = useState(from.path ?? memory.script);
  const [recipePath, setRecipePath] = useState(memory.recipe);
  const [edited, setEdited] = useState<SubjectChoice['edited']>(known ? null : (from.recipe ?? null));
  const [recipeText, setRecipeText] = useState<string | null>(null);
  const [draft, setDraft] = useState<TrainDraft>({
    ...emptyDraft,
    data: { ...from.inputs },
    target: from.target ?? null,
    experiment: from.experiment ?? '',
  });
  const change = (part: Partial<TrainDraft>) => setDraft((before) => ({ ...before, ...part }));

  // The last of the built-in ones is the one that suits most tables.
  const usual = templates.filter(({ kind }) => kind === 'native').at(-1) ?? templates[0];
  const template = templates.find(({ id }) => id === templateId) ?? usual;
  const found = useSubject({ source, template, scriptPath, recipePath, edited });
  const { subject } = found;
  const written = useRecipeText(source === 'recipe' ? recipeText : null, (definition) =>
    setEdited({ definition, folder: edited?.folder ?? subject?.folder ?? '' }),
  );

  const fitting = subject?.native ? datasets.filter(({ latest }) => latest.rows !== null) : datasets;
  const chosenData = (slot: string) => chosenFor(slot, subject, draft, from, fitting);
  const data = Object.fromEntries(
    (subject?.slots ?? []).map(({ name }) => [name, resolved(chosenData(name), fitting)]),
  );
  const firstData = subject?.slots[0] ? (data[subject.slots[0].name] ?? null) : null;
  const columns = useColumns(firstData);

  const splits = subject?.native === true && firstData?.split !== undefined;
  const asked = askedParameters(subject, from).filter(({ key }) => !splits || !sharesHeldOut.has(key));
  const fields = shownFields(asked, from, draft, columns);
  const parameters = readFields({ parameters: asked }, fields, columns);

  const places = targets.filter(({ kind }) => (kind === 'native') === (subject?.native ?? false));
  const wantedTarget =
    draft.target ?? (subject ? memory.targets[subject.id] : undefined) ?? subject?.recipe?.target;
  const target = places.find(({ name }) => name === wantedTarget) ?? places[0];

  const read = subject
    ? readDraft({
        subject,
        draft,
        data,
        params: parameters.params,
        target: target?.name ?? 'process',
        targetKind: target?.kind ?? 'process',
      })
    : null;
  const problems: DraftProblems = {
    ...parameters.problems,
    ...read?.problems,
    ...(written.problem !== null && { recipe: written.problem }),
  };
  const request: Inputs['training']['start'] | null = read && {
    ...read.request,
    ...(from.fromRun && { parent: from.fromRun.id }),
  };

  return {
    ...found,
    source,
    setSource,
    template,
    setTemplate,
    scriptPath,
    setScriptPath,
    recipePath,
    setRecipePath: (path: string) => {
      setRecipePath(path);
      setRecipeText(null);
      setEdited(null);
    },
    edited,
    recipeText,
    setRecipeText,
    recipeProblem: written.problem,
    draft,
    change,
    columns,
    fields,
    parameters: asked,
    parameterProblems: parameters.problems,
    fitting,
    chosenData,
    chooseData: (slot: string, chosen: ChosenData | null) =>
      setDraft((before) => {
        // The columns of another data set are others.
        const { target: _forgotten, ...kept } = before.edited;
        return {
          ...before,
          data: { ...before.data, [slot]: chosen },
          edited: kept,
          // What was overridden were the checks of other data.
          overrideChecks: false,
        };
      }),
    targets: places,
    target,
    chooseTarget: (name: string) => {
      change({ target: name });
      if (subject) memory.rememberTarget(subject.id, name);
    },
    problems,
    ready: subject !== null && written.settled && Object.keys(problems).length === 0,
    request,
    usualExperiment: subject?.recipe?.experiment ?? firstData?.dataset ?? 'default',
    verb: from.fromRun ? 'Run again' : firstData ? `Train on v${firstData.version}` : 'Start',
    note: noteOn(subject, target, draft),
  };
}

export type TrainFormState = ReturnType<typeof useTrainForm>;

function chosenFor(
  slot: string,
  subject: TrainSubject | null,
  draft: TrainDraft,
  from: TrainRequest,
  fitting: readonly Dataset[],
): ChosenData | null {
  const chosen = draft.data[slot];
  if (chosen !== undefined) return chosen;
  const first = subject?.slots[0]?.name === slot;
  if (first && from.dataset) {
    const split = from.split ? { split: { name: from.split } } : {};
    return { dataset: from.dataset, version: from.version ?? null, ...split };
  }
  const here = subject?.slots.find(({ name }) => name === slot);
  if (here?.given) return splitReference(here.given);
  const [usual] = fitting;
  return here?.required && usual ? { dataset: usual.name, version: null } : null;
}

function resolved(chosen: ChosenData | null, datasets: readonly Dataset[]): ResolvedData | null {
  const dataset = datasets.find(({ name, id }) => name === chosen?.dataset || id === chosen?.dataset);
  if (!chosen || !dataset) return null;
  return {
    dataset: dataset.name,
    version: chosen.version ?? dataset.latest.version,
    ...(chosen.split && { split: chosen.split }),
  };
}

function useColumns(data: { readonly dataset: string; readonly version: number } | null): readonly Column[] {
  const versions = useQuery({
    ...orpc.datasets.versions.queryOptions({ input: { dataset: data?.dataset ?? '' } }),
    enabled: data !== null,
  });
  return versions.data?.find(({ version }) => version === data?.version)?.columns ?? [];
}

function shownFields(
  parameters: readonly TemplateParameter[],
  from: TrainRequest,
  draft: TrainDraft,
  columns: readonly Column[],
): ParameterFields {
  const fields = initialFields({ parameters }, from.params);
  const guessed = fields.target === '' ? { ...fields, target: likelyTarget(columns) } : fields;
  const declared = Object.entries(draft.edited).filter(([key]) => fields[key] !== undefined);
  return { ...guessed, ...Object.fromEntries(declared) };
}

/**
 * What is declared; where nothing is, the parameters of the run that is repeated. What a recipe that declares some does
 * not name was recorded by its program, and is not asked for.
 */
function askedParameters(
  subject: TrainSubject | null,
  { params = {} }: TrainRequest,
): readonly TemplateParameter[] {
  if (!subject || subject.parameters.length > 0) return subject?.parameters ?? [];
  return Object.entries(params).map(([key, value]): TemplateParameter => {
    const type = typeof value === 'string' ? 'text' : typeof value === 'number' ? 'number' : 'boolean';
    return { key, type, default: value, help: '', advanced: false };
  });
}

function noteOn(subject: TrainSubject | null, target: Target | undefined, draft: TrainDraft): string {
  if (!subject) return '';
  if (subject.native) return 'Trains on this machine, without a network.';
  if (target?.kind !== 'docker') return 'Runs on this machine, with your rights.';
  const network = draft.network ?? subject.recipe?.environment.network ?? false;
  return network
    ? 'Runs in a container that may reach the network.'
    : 'Runs in a container without a network.';
}
