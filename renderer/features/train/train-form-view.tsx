import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { Dataset } from '../../../app/contract/datasets.contract.ts';
import type { RunId } from '../../../app/contract/ids.ts';
import type { Inputs } from '../../../app/contract/index.ts';
import type { Target } from '../../../app/contract/targets.contract.ts';
import type { Template } from '../../../app/contract/training.contract.ts';
import { client } from '../../client/orpc.ts';
import { Button } from '../../components/button.tsx';
import { CheckList } from '../../components/check-list.tsx';
import { Disclosure } from '../../components/disclosure.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { navigate } from '../../shell/router.ts';
import { DataFields } from './data-fields.tsx';
import { IdentitySection } from './identity-section.tsx';
import { ParameterSection } from './parameter-section.tsx';
import { PlaceFields } from './place-fields.tsx';
import { describeResources } from './resource-fields.ts';
import { ResourceSection } from './resource-section.tsx';
import { describeSchedule, ScheduleSection } from './schedule-section.tsx';
import styles from './train.module.css';
import type { TrainRequest } from './train-dialog.store.ts';
import { useTrainMemory } from './train-memory.store.ts';
import { TrialPanel } from './trial-panel.tsx';
import { useTrainForm } from './use-train-form.ts';
import { WhatSection } from './what-section.tsx';

interface TrainFormProps {
  readonly request: TrainRequest;
  readonly datasets: readonly Dataset[];
  readonly templates: readonly Template[];
  readonly targets: readonly Target[];
  readonly onClose: () => void;
}

type Part = 'resources' | 'schedule' | 'identity';

/** What to train, on what, where, with what and when; most of it stays as it is. */
export function TrainForm({ request, datasets, templates, targets, onClose }: TrainFormProps) {
  const form = useTrainForm({ request, datasets, templates, targets });
  const { subject, draft, change, target, problems } = form;
  const noTable = subject?.native === true && form.fitting.length === 0;
  const [parts, setParts] = useState<ReadonlySet<Part>>(new Set());
  const [tried, setTried] = useState(false);
  const [trial, setTrial] = useState<RunId | null>(null);
  const rememberPath = useTrainMemory((memory) => memory.rememberPath);

  const begin = useMutation({
    mutationFn: (input: Inputs['training']['start']) => client.training.start(input),
    onSuccess: (run, input) => {
      if (input.path) rememberPath(form.source === 'script' ? 'script' : 'recipe', input.path);
      if (run.preflight) {
        setTrial(run.id);
        return;
      }
      onClose();
      navigate(`/runs/${run.id}`);
    },
  });
  const check = useMutation({
    mutationFn: (input: Inputs['training']['start']) => client.training.preflight(input),
  });

  const toggle = (part: Part) => (opened: boolean) => {
    const next = new Set(parts);
    if (opened) next.add(part);
    else next.delete(part);
    setParts(next);
  };
  const opened = (part: Part, keys: readonly string[]) =>
    parts.has(part) || (tried && keys.some((key) => problems[key] !== undefined));
  const attempt = (act: (input: Inputs['training']['start']) => void) => {
    setTried(true);
    if (form.ready && form.request) act(form.request);
  };
  const shown = (key: string) => (tried ? (problems[key] ?? null) : null);
  const sections = { draft, problems: tried ? problems : {}, onChange: change };

  return (
    <form
      ref={takeFocus}
      className={styles.form}
      noValidate
      onKeyDown={(event) => {
        // From any field, a text of many lines included.
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) event.currentTarget.requestSubmit();
      }}
      onSubmit={(event) => {
        event.preventDefault();
        if (!begin.isPending) attempt(begin.mutate);
      }}
    >
      <div className={styles.scroll}>
        <WhatSection form={form} templates={templates} />
        {noTable
          ? null
          : subject?.slots.map((slot) => (
              <DataFields
                key={slot.name}
                slot={slot}
                only={subject.slots.length === 1}
                datasets={form.fitting}
                chosen={form.chosenData(slot.name)}
                problem={shown(`data.${slot.name}`)}
                onChange={(chosen) => form.chooseData(slot.name, chosen)}
                overrideChecks={draft.overrideChecks}
                onOverride={(overrideChecks) => change({ overrideChecks })}
              />
            ))}
        {noTable ? (
          <p className={styles.none}>
            Training needs a table. Import a CSV or Parquet file as a data set first.{' '}
            <Button
              size="small"
              onClick={() => {
                onClose();
                navigate('/data');
              }}
            >
              Go to Data
            </Button>
          </p>
        ) : null}
        {subject ? (
          <>
            <ParameterSection form={form} tried={tried} />
            {subject.native || !target ? null : (
              <PlaceFields
                key={target.name}
                subject={subject}
                targets={form.targets}
                target={target}
                draft={draft}
                onTarget={form.chooseTarget}
                onChange={change}
              />
            )}
            <div>
              {subject.native ? null : (
                <Disclosure
                  title="Resources"
                  summary={describeResources(draft.resources, subject.recipe?.resources ?? null)}
                  opened={opened('resources', ['cpus', 'memory', 'gpus', 'time', 'shm'])}
                  onToggle={toggle('resources')}
                >
                  <ResourceSection
                    texts={draft.resources}
                    problems={problems}
                    recipe={subject.recipe}
                    container={target?.kind === 'docker'}
                    onChange={(texts) => change({ resources: { ...draft.resources, ...texts } })}
                  />
                </Disclosure>
              )}
              <Disclosure
                title="When"
                summary={describeSchedule(draft, Date.now())}
                opened={opened('schedule', ['priority', 'retries', 'startAt'])}
                onToggle={toggle('schedule')}
              >
                <ScheduleSection {...sections} />
              </Disclosure>
              <Disclosure
                title="Name"
                summary={
                  [draft.experiment, draft.name, draft.tags].filter(Boolean).join(', ') || 'chosen for you'
                }
                opened={opened('identity', ['experiment', 'tags'])}
                onToggle={toggle('identity')}
              >
                <IdentitySection {...sections} usualExperiment={form.usualExperiment} />
              </Disclosure>
            </div>
          </>
        ) : null}
        {check.data ? (
          <section ref={intoView} className={styles.panel} aria-label="Check">
            <p className={styles.panelHead} role="status">
              <b>{check.data.ready ? 'It can start' : 'It cannot start yet'}</b>
            </p>
            <CheckList checks={check.data.checks} label="Checks" />
          </section>
        ) : null}
        {trial ? (
          <div ref={intoView}>
            <TrialPanel id={trial} onClose={onClose} />
          </div>
        ) : null}
        {begin.error || check.error ? (
          <div ref={intoView}>
            <ErrorNotice error={begin.error ?? check.error} />
          </div>
        ) : null}
      </div>
      <footer className={styles.footer}>
        <span className={styles.quiet}>{form.note}</span>
        <Button
          variant="quiet"
          disabled={check.isPending || !subject || noTable}
          onClick={() => attempt(check.mutate)}
        >
          Check
        </Button>
        {subject && !subject.native ? (
          <Button
            disabled={begin.isPending}
            onClick={() => attempt((input) => begin.mutate({ ...input, preflight: true }))}
          >
            Try a few steps
          </Button>
        ) : null}
        <Button variant="quiet" onClick={onClose}>
          Cancel
        </Button>
        <Button variant="primary" type="submit" disabled={begin.isPending || !subject || noTable}>
          {trial ? 'Start for real' : form.verb}
        </Button>
      </footer>
    </form>
  );
}

/** What has just come is seen without scrolling to it. */
function intoView(element: HTMLElement | null): void {
  element?.scrollIntoView({ block: 'nearest' });
}

/** The form comes when what it chooses from was read; the dialog had nothing to give the focus to before. */
function takeFocus(form: HTMLElement | null): void {
  form?.querySelector<HTMLElement>('[data-autofocus]')?.focus({ preventScroll: true });
}
