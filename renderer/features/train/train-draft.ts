import type { SplitChoice } from '../../../app/contract/data-splits.ts';
import type { RunId } from '../../../app/contract/ids.ts';
import { objectName } from '../../../app/contract/ids.ts';
import type { Inputs } from '../../../app/contract/index.ts';
import type { ParameterValue } from '../../../app/contract/wire.ts';
import { parameterValueOf, readPairs, readWords } from './program-fields.ts';
import { noResourceTexts, type ResourceTexts, readResources } from './resource-fields.ts';
import { fromLocalField } from './start-times.ts';
import type { ParameterFields } from './train-form.ts';
import type { TrainSubject } from './train-subject.ts';

export interface ChosenData {
  readonly dataset: string;
  /** Null: the latest. */
  readonly version: number | null;
  /** A named split of that version; without one the program splits by itself. */
  readonly split?: SplitChoice;
}

/** A data set with the version that is meant. */
export interface ResolvedData {
  readonly dataset: string;
  readonly version: number;
  readonly split?: SplitChoice;
}

/** Everything that was chosen or typed in the dialog beyond what is trained. */
export interface TrainDraft {
  /** By the name of the slot; null leaves one empty that may be. */
  readonly data: Readonly<Record<string, ChosenData | null>>;
  /** Texts of the fields that were changed. */
  readonly edited: ParameterFields;
  /** Lines of `key=value` for parameters that nothing declares. */
  readonly extra: string;
  readonly args: string;
  /** Null: what is remembered, else what is usual. */
  readonly target: string | null;
  readonly python: string;
  readonly image: string;
  readonly network: boolean | null;
  readonly resources: ResourceTexts;
  readonly start: 'now' | 'at' | 'held';
  /** Of a field of type `datetime-local`. */
  readonly startAt: string;
  readonly priority: string;
  readonly after: readonly RunId[];
  readonly retries: string;
  readonly experiment: string;
  readonly name: string;
  readonly tags: string;
  /** Start although a blocking check of the data did not pass. */
  readonly overrideChecks: boolean;
}

export const emptyDraft: TrainDraft = {
  data: {},
  edited: {},
  extra: '',
  args: '',
  target: null,
  python: '',
  image: '',
  network: null,
  resources: noResourceTexts,
  start: 'now',
  startAt: '',
  priority: '',
  after: [],
  retries: '',
  experiment: '',
  name: '',
  tags: '',
  overrideChecks: false,
};

export type DraftProblems = Readonly<Record<string, string>>;

type Request = Inputs['training']['start'];

interface Ready {
  readonly subject: TrainSubject;
  readonly draft: TrainDraft;
  /** What goes into each slot, with the version that was resolved. */
  readonly data: Readonly<Record<string, ResolvedData | null>>;
  readonly params: Readonly<Record<string, ParameterValue>>;
  readonly target: string;
  readonly targetKind: 'native' | 'process' | 'docker';
}

/** The draft as the core takes it, and what in it does not fit, by field. */
export function readDraft({ subject, draft, data, params, target, targetKind }: Ready): {
  readonly request: Request;
  readonly problems: DraftProblems;
} {
  const problems: Record<string, string> = {};
  const extra = readPairs(draft.extra);
  if (extra.problem) problems.extra = extra.problem;
  const args = readWords(draft.args);
  if (args.problem) problems.args = args.problem;
  const tags = readPairs(draft.tags.replaceAll(',', '\n'));
  if (tags.problem)
    problems.tags = tags.problem.replace('parameter', 'tag').replace(/Write.*/, 'Write purpose=study.');
  const { resources, problems: resourceProblems } = readResources(draft.resources);
  Object.assign(problems, resourceProblems);
  for (const { name, required } of subject.slots) {
    if (required && !data[name]) problems[`data.${name}`] = 'Choose a data set.';
  }
  const experiment = draft.experiment.trim();
  if (experiment !== '' && !objectName.safeParse(experiment).success)
    problems.experiment = 'Letters, digits, spaces, ".", "_" and "-" only.';
  const whole = (key: 'priority' | 'retries', min: number, max: number) => {
    const value = Number(draft[key].trim());
    if (Number.isInteger(value) && value >= min && value <= max) return value;
    problems[key] = `“${draft[key]}” is no whole number from ${min} to ${max}.`;
    return 0;
  };
  const notBefore = draft.start === 'at' ? fromLocalField(draft.startAt) : null;
  if (draft.start === 'at' && notBefore === null) problems.startAt = 'Choose a day and a time.';
  const scheduling = {
    ...(draft.priority.trim() !== '' && { priority: whole('priority', -1000, 1000) }),
    ...(notBefore !== null && { notBefore }),
    ...(draft.after.length > 0 && { after: [...draft.after] }),
    ...(draft.retries.trim() !== '' && { retries: whole('retries', 0, 100) }),
    ...(draft.start === 'held' && { held: true }),
  };
  const environment = {
    ...(targetKind === 'process' && draft.python.trim() !== '' && { python: draft.python.trim() }),
    ...(targetKind === 'docker' && draft.image.trim() !== '' && { image: draft.image.trim() }),
    ...(targetKind === 'docker' && draft.network !== null && { network: draft.network }),
  };
  const [first] = subject.slots;
  const main = subject.mainSlot && first ? data[first.name] : null;
  const inputs = Object.entries(data).flatMap(([name, chosen]) =>
    chosen && !(main && name === first?.name) ? [[name, chosen] as const] : [],
  );
  const added = Object.entries(extra.pairs).map(([key, text]) => [key, parameterValueOf(text)] as const);
  const request: Request = {
    ...subject.what,
    ...(main && { data: main }),
    ...(inputs.length > 0 && { inputs: Object.fromEntries(inputs) }),
    params: { ...params, ...Object.fromEntries(added) },
    ...(args.words.length > 0 && { args: [...args.words] }),
    ...(experiment !== '' && { experiment }),
    ...(draft.name.trim() !== '' && { name: draft.name.trim() }),
    ...(Object.keys(tags.pairs).length > 0 && { tags: tags.pairs }),
    ...(subject.native ? {} : { target }),
    ...(resources && !subject.native && { resources }),
    ...(Object.keys(environment).length > 0 && { environment }),
    ...(Object.keys(scheduling).length > 0 && { scheduling }),
    ...(draft.overrideChecks && { overrideChecks: true }),
  };
  return { request, problems };
}
