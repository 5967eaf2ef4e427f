import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Inputs } from '../../../app/contract/index.ts';
import type { Template } from '../../../app/contract/training.contract.ts';
import { client, orpc } from '../../client/orpc.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { navigate } from '../../shell/router.ts';
import { ParameterField } from './parameter-field.tsx';
import styles from './train.module.css';
import { type TrainRequest, useTrainDialog } from './train-dialog.store.ts';
import { initialFields, likelyTarget, type ParameterFields, readFields } from './train-form.ts';

/** The one train dialog of the application; `useTrainDialog` opens it. */
export function TrainDialog() {
  const { request, close } = useTrainDialog();
  if (!request) return null;
  const title = request.fromRun ? `Run ${request.fromRun.name} again?` : 'Train a model';
  return (
    <Dialog opened title={title} onClose={close} size={560}>
      <TrainForm request={request} onClose={close} />
    </Dialog>
  );
}

function TrainForm({ request, onClose }: { readonly request: TrainRequest; readonly onClose: () => void }) {
  const datasets = useQuery(orpc.datasets.list.queryOptions({ input: {} }));
  const templates = useQuery(orpc.training.templates.queryOptions());
  const tables = datasets.data?.filter(({ latest }) => latest.rows !== null) ?? [];
  const [chosenDataset, setDataset] = useState(request.dataset ?? null);
  const [chosenVersion, setVersion] = useState(request.version ?? null);
  const [templateId, setTemplate] = useState(request.template ?? null);
  const [edited, setEdited] = useState<ParameterFields>({});
  const [experiment, setExperiment] = useState('');
  const [name, setName] = useState('');
  const [showAll, setShowAll] = useState(false);
  const [tried, setTried] = useState(false);
  const dataset = tables.find((one) => one.name === chosenDataset || one.id === chosenDataset) ?? tables[0];
  const versions = useQuery({
    ...orpc.datasets.versions.queryOptions({ input: { dataset: dataset?.name ?? '' } }),
    enabled: dataset !== undefined,
  });
  const version = versions.data?.find((one) => one.version === chosenVersion) ?? dataset?.latest;
  const template = templates.data?.find(({ id }) => id === templateId) ?? templates.data?.at(-1);
  const start = useMutation({
    mutationFn: (input: Inputs['training']['start']) => client.training.start(input),
    onSuccess: (run) => {
      onClose();
      navigate(`/runs/${run.id}`);
    },
  });
  if (datasets.error || templates.error) return <ErrorNotice error={datasets.error ?? templates.error} />;
  if (datasets.isPending || templates.isPending)
    return <p className={styles.quiet}>Reading data and templates</p>;
  if (!dataset || !version || !template) return <NoData onClose={onClose} />;

  const columns = version.columns;
  const fields = { ...startFields(template, request, columns), ...edited };
  const { params, problems } = readFields(template, fields, columns);
  const nameProblem =
    experiment !== '' && !/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,99}$/u.test(experiment)
      ? 'Letters, digits, spaces, ".", "_" and "-" only.'
      : null;
  const ready = Object.keys(problems).length === 0 && nameProblem === null;
  const shown = template.parameters.filter(({ advanced, key }) => showAll || !advanced || problems[key]);
  const hidden = template.parameters.length - template.parameters.filter(({ advanced }) => !advanced).length;

  function submit() {
    setTried(true);
    if (!ready || !dataset || !version || !template) return;
    start.mutate({
      template: template.id,
      data: { dataset: dataset.name, version: version.version },
      params,
      ...(request.fromRun && { parent: request.fromRun.id }),
      ...(experiment.trim() === '' ? {} : { experiment: experiment.trim() }),
      ...(name.trim() === '' ? {} : { name: name.trim() }),
    });
  }

  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div className={styles.scroll}>
        <div className={styles.pair}>
          <label className={styles.field}>
            <span>Data set</span>
            <select
              value={dataset.name}
              onChange={(event) => {
                setDataset(event.target.value);
                setVersion(null);
                setEdited(({ target: _forgotten, ...kept }) => kept);
              }}
            >
              {tables.map((one) => (
                <option key={one.id}>{one.name}</option>
              ))}
            </select>
            <small>
              {version.rows?.toLocaleString('en-US')} rows, {columns.length} columns
            </small>
          </label>
          <label className={styles.field}>
            <span>Version</span>
            <select value={version.version} onChange={(event) => setVersion(Number(event.target.value))}>
              {(versions.data ?? [version]).map((one) => (
                <option key={one.id} value={one.version}>
                  v{one.version}
                  {one.id === dataset.latest.id ? ', latest' : ''}
                </option>
              ))}
            </select>
            <small>{version.message || version.source}</small>
          </label>
        </div>
        <TemplateChoice templates={templates.data} chosen={template} onChoose={setTemplate} />
        <div className={styles.grid}>
          {shown.map((parameter) => (
            <ParameterField
              key={parameter.key}
              parameter={parameter}
              columns={columns}
              text={fields[parameter.key] ?? ''}
              problem={
                tried || edited[parameter.key] !== undefined ? (problems[parameter.key] ?? null) : null
              }
              onChange={(text) => setEdited({ ...edited, [parameter.key]: text })}
            />
          ))}
        </div>
        {hidden > 0 ? (
          <button
            type="button"
            className={styles.more}
            onClick={() => setShowAll(!showAll)}
            aria-expanded={showAll}
          >
            {showAll ? 'Fewer parameters' : `${hidden} more parameters`}
          </button>
        ) : null}
        <div className={styles.pair}>
          <label className={styles.field}>
            <span>Experiment</span>
            <input
              value={experiment}
              placeholder={dataset.name}
              onChange={(event) => setExperiment(event.target.value)}
              aria-invalid={nameProblem !== null}
            />
            {nameProblem ? <small data-problem>{nameProblem}</small> : <small>Groups runs</small>}
          </label>
          <label className={styles.field}>
            <span>Name of the run</span>
            <input
              value={name}
              placeholder="chosen for you"
              onChange={(event) => setName(event.target.value)}
            />
          </label>
        </div>
        {start.error ? <ErrorNotice error={start.error} /> : null}
      </div>
      <footer className={styles.footer}>
        <span className={styles.quiet}>Trains on this machine, without a network.</span>
        <Button variant="quiet" onClick={onClose}>
          Cancel
        </Button>
        <Button variant="primary" type="submit" disabled={start.isPending}>
          {request.fromRun ? 'Run again' : `Train on v${version.version}`}
        </Button>
      </footer>
    </form>
  );
}

function startFields(
  template: Template,
  request: TrainRequest,
  columns: Parameters<typeof likelyTarget>[0],
): ParameterFields {
  const fields = initialFields(template, request.params);
  return fields.target === '' ? { ...fields, target: likelyTarget(columns) } : fields;
}

function TemplateChoice(props: {
  readonly templates: readonly Template[];
  readonly chosen: Template;
  readonly onChoose: (id: string) => void;
}) {
  return (
    <fieldset className={styles.templates}>
      <legend>Template</legend>
      {props.templates.map((template) => (
        <label key={template.id} data-chosen={template.id === props.chosen.id || undefined}>
          <input
            type="radio"
            name="template"
            checked={template.id === props.chosen.id}
            onChange={() => props.onChoose(template.id)}
          />
          <b>{template.title}</b>
          <small>{template.summary}</small>
        </label>
      ))}
    </fieldset>
  );
}

function NoData({ onClose }: { readonly onClose: () => void }) {
  return (
    <div className={styles.form}>
      <p className={styles.scroll}>
        Training needs a table. Import a CSV or Parquet file as a data set first.
      </p>
      <footer className={styles.footer}>
        <Button variant="quiet" onClick={onClose}>
          Cancel
        </Button>
        <Button
          variant="primary"
          onClick={() => {
            onClose();
            navigate('/data');
          }}
        >
          Go to Data
        </Button>
      </footer>
    </div>
  );
}
