import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { CheckReport } from '../../../../app/contract/data-checks.contract.ts';
import { type ImportResult, importResult } from '../../../../app/contract/datasets.contract.ts';
import type { Job } from '../../../../app/contract/jobs.contract.ts';
import { client, orpc } from '../../../client/orpc.ts';
import { notify } from '../../../components/notify.ts';
import { navigate } from '../../../shell/router.ts';
import type { SourceKind } from './import-draft.ts';
import { ImportForm } from './import-form.tsx';
import { ImportJob } from './import-job.tsx';
import { ImportOutcome, importWords } from './import-outcome.tsx';
import { useImport } from './use-import.ts';

interface ImportFlowProps {
  readonly datasetName: string;
  readonly dropped: readonly File[];
  readonly kind: SourceKind;
  readonly onClose: () => void;
}

/** An import from the form through its job to what came of it. What was typed stays when one steps back. */
export function ImportFlow({ datasetName, dropped, kind, onClose }: ImportFlowProps) {
  const queries = useQueryClient();
  const wish = useImport({ datasetName, dropped, kind });
  const [ended, setEnded] = useState<{ result: ImportResult; report: CheckReport } | null>(null);

  const openData = (name: string, query: string) => {
    onClose();
    navigate(`/data/${encodeURIComponent(name)}${query}`);
  };
  const open = ({ version: { datasetName: name, version } }: ImportResult, tab = '') =>
    openData(name, `?version=${version}${tab}`);
  const onEnd = async (done: Job) => {
    const { data: result } = importResult.safeParse(done.result);
    wish.setJob(done);
    if (done.state !== 'finished' || !result) return;
    await queries.invalidateQueries({ queryKey: orpc.datasets.key() });
    const report = await importReport(result);
    if (report) {
      setEnded({ result, report });
      return;
    }
    notify.done(importWords(result));
    open(result);
  };

  if (ended) {
    return (
      <ImportOutcome
        {...ended}
        onOpen={() => open(ended.result)}
        onChecks={() => open(ended.result, '&tab=checks')}
      />
    );
  }
  if (wish.job) {
    return (
      <ImportJob
        job={wish.job}
        onEnd={(done) => void onEnd(done)}
        onBack={() => wish.setJob(null)}
        onChecks={() => openData(wish.name, '?tab=checks')}
        onClose={onClose}
      />
    );
  }
  return <ImportForm wish={wish} onClose={onClose} />;
}

/** What the checks of a new version found at its import, where they had something to say. */
async function importReport({ version, reused }: ImportResult): Promise<CheckReport | undefined> {
  if (reused) return undefined;
  const reports = await client.dataChecks
    .results({ dataset: version.datasetName, version: version.version })
    .catch((): CheckReport[] => []);
  return reports.find(({ trigger, failed }) => trigger === 'import' && failed > 0);
}
