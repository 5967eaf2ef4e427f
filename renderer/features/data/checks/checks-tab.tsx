import { IconPlus, IconWand, IconX } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { checkTitle } from '../../../../app/contract/data-check-words.ts';
import type { CheckReport, Expectation } from '../../../../app/contract/data-checks.contract.ts';
import type { DatasetVersion } from '../../../../app/contract/datasets.contract.ts';
import { client, orpc } from '../../../client/orpc.ts';
import { Badge } from '../../../components/badge.tsx';
import { Button, IconButton } from '../../../components/button.tsx';
import { EmptyState } from '../../../components/empty-state.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { counted } from '../../../components/format.ts';
import { notify } from '../../../components/notify.ts';
import screen from '../../../components/screen.module.css';
import { StateMark } from '../../../components/state-mark.tsx';
import { TimeText } from '../../../components/time-text.tsx';
import { JobProgress } from '../job-progress.tsx';
import { useJob } from '../use-job.ts';
import { CheckForm } from './check-form.tsx';
import styles from './checks.module.css';
import { OutcomeDetail } from './outcome-detail.tsx';
import { Rejections } from './rejections.tsx';
import { SuggestDialog } from './suggest-dialog.tsx';
import { YamlDialog } from './yaml-dialog.tsx';

type Asked = 'add' | 'suggest' | 'yaml';

/** What a data set has to meet, and how the chosen version came out. */
export function ChecksTab({ version }: { readonly version: DatasetVersion }) {
  const queries = useQueryClient();
  const [asked, setAsked] = useState<Asked | null>(null);
  const dataset = version.datasetName;
  const of = { dataset, version: version.version };
  const set = useQuery(orpc.dataChecks.expectations.queryOptions({ input: { dataset } }));
  const results = useQuery(orpc.dataChecks.results.queryOptions({ input: of }));
  const refresh = () => queries.invalidateQueries({ queryKey: orpc.dataChecks.key() });
  const run = useJob(() => client.dataChecks.check(of), refresh);
  const error = set.error ?? results.error;
  if (error) return <ErrorNotice error={error} />;
  if (!set.data || !results.data) return <p className={screen.waiting}>Reading the checks</p>;
  const { expectations, revision } = set.data;
  const report = results.data[0] ?? null;
  const close = () => setAsked(null);
  const dialogs = (
    <>
      {asked === 'add' ? <CheckForm version={version} onClose={close} onAdded={refresh} /> : null}
      {asked === 'suggest' ? <SuggestDialog version={version} onClose={close} onAdded={refresh} /> : null}
      {asked === 'yaml' ? <YamlDialog dataset={dataset} onClose={close} onTaken={refresh} /> : null}
    </>
  );
  const suggest = (
    <Button
      variant={expectations.length === 0 ? 'primary' : 'secondary'}
      icon={<IconWand size={16} stroke={1.5} aria-hidden />}
      onClick={() => setAsked('suggest')}
    >
      Suggest checks
    </Button>
  );
  const add = (
    <Button icon={<IconPlus size={16} stroke={1.5} aria-hidden />} onClick={() => setAsked('add')}>
      Add a check
    </Button>
  );
  if (expectations.length === 0) {
    return (
      <div className={styles.tab}>
        <EmptyState
          title="Checks say what the data has to be: they run at every import and before training."
          steps={[
            'Take what this version suggests, or add checks one by one',
            'A check that blocks stops an import or a run that does not pass; one that warns only says so',
          ]}
          action={
            <span className={styles.buttons}>
              {suggest}
              {add}
            </span>
          }
        />
        <Rejections dataset={dataset} />
        {dialogs}
      </div>
    );
  }
  return (
    <div className={styles.tab}>
      <div className={styles.tools}>
        <Answer report={report} stale={report !== null && report.revision !== revision} />
        <span className={styles.buttons}>
          <Button variant="primary" disabled={run.busy} onClick={run.begin}>
            {run.busy ? 'Checking' : `Check v${version.version}`}
          </Button>
          {add}
          {suggest}
          <Button variant="quiet" onClick={() => setAsked('yaml')}>
            YAML
          </Button>
        </span>
      </div>
      {run.error ? <ErrorNotice error={run.error} /> : null}
      {run.job && run.job.state !== 'finished' ? (
        <JobProgress key={run.job.id} job={run.job} onEnd={run.onEnd} />
      ) : null}
      <ul className={styles.checks} aria-label="Checks">
        {expectations.map((expectation) => (
          <OneCheck
            key={expectation.id}
            dataset={dataset}
            expectation={expectation}
            report={report}
            onChange={refresh}
          />
        ))}
      </ul>
      <Rejections dataset={dataset} />
      {dialogs}
    </div>
  );
}

function Answer({ report, stale }: { readonly report: CheckReport | null; readonly stale: boolean }) {
  if (!report) return <p className={styles.answer}>These checks have not run on this version.</p>;
  const { failed, outcomes, blocked, at, trigger } = report;
  const when = { import: 'at the import', training: 'before training', asked: 'when asked' }[trigger];
  return (
    <p className={styles.answer} role="status">
      <StateMark state={blocked ? 'failed' : failed > 0 ? 'warning' : 'done'} />
      {failed === 0
        ? `All ${counted(outcomes.length, 'check')} passed`
        : `${failed} of ${counted(outcomes.length, 'check')} did not pass${blocked ? '; training on it is blocked' : ''}`}
      <small>
        {when}, <TimeText at={at} />
        {stale ? '; the checks were changed since' : ''}
      </small>
    </p>
  );
}

interface OneCheckProps {
  readonly dataset: string;
  readonly expectation: Expectation;
  readonly report: CheckReport | null;
  readonly onChange: () => unknown;
}

function OneCheck({ dataset, expectation, report, onChange }: OneCheckProps) {
  const { id, severity, check } = expectation;
  const outcome = report?.outcomes.find(({ expectationId }) => expectationId === id) ?? null;
  const restore = async () => {
    await client.dataChecks.addExpectation({ dataset, severity, check }).catch(notify.error);
    onChange();
  };
  const remove = useMutation({
    mutationFn: () => client.dataChecks.removeExpectation({ dataset, id }),
    onSuccess: () => {
      onChange();
      notify.undo(`Removed: ${checkTitle(check)}`, restore);
    },
    onError: notify.error,
  });
  const weigh = useMutation({
    mutationFn: (next: 'block' | 'warn') =>
      client.dataChecks.addExpectation({ dataset, severity: next, check }),
    onSuccess: onChange,
    onError: notify.error,
  });
  const bad = outcome !== null && outcome.state !== 'passed';
  return (
    <li>
      <div className={styles.line}>
        <StateMark
          state={outcome === null ? 'waiting' : !bad ? 'done' : severity === 'block' ? 'failed' : 'warning'}
        />
        <span>
          <b>{checkTitle(check)}</b>
          {outcome ? <small data-bad={bad || undefined}>{outcome.message}</small> : null}
        </span>
        <Badge tone="outline">{check.kind}</Badge>
        <select
          aria-label={`What ${checkTitle(check)} does`}
          value={severity}
          disabled={weigh.isPending}
          onChange={({ target }) => weigh.mutate(target.value as 'block' | 'warn')}
        >
          <option value="block">blocks</option>
          <option value="warn">warns</option>
        </select>
        <IconButton
          label={`Remove: ${checkTitle(check)}`}
          disabled={remove.isPending}
          onClick={() => remove.mutate()}
        >
          <IconX size={14} stroke={1.6} aria-hidden />
        </IconButton>
      </div>
      {outcome && bad ? <OutcomeDetail outcome={outcome} /> : null}
    </li>
  );
}
