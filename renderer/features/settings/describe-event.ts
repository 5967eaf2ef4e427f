import type { Event } from '../../../app/contract/events.contract.ts';

const subjects: Readonly<Record<Event['subject']['kind'], string>> = {
  workspace: 'Workspace',
  project: 'Project',
  dataset: 'Dataset',
  experiment: 'Experiment',
  run: 'Run',
  model: 'Model',
  endpoint: 'Endpoint',
  job: 'Job',
  target: 'Target',
  settings: 'Settings',
  view: 'View',
};

/** An event as a short phrase: what, which, and what happened to it. */
export function describeEvent({ kind, subject, data }: Event): string {
  if (kind === 'queue.paused' || kind === 'queue.resumed') return `Queue ${kind.slice('queue.'.length)}`;
  const verb = (kind.split('.').at(-1) ?? kind).replaceAll('-', ' ');
  const name = [data.name, data.title, data.model, data.dataset].find((value) => typeof value === 'string');
  const version = typeof data.version === 'number' ? ` v${data.version}` : '';
  const named = name === undefined ? '' : ` ${name}${version}`;
  return `${subjects[subject.kind]}${named} ${verb}`;
}
