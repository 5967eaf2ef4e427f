import type { Job } from '../../../../app/contract/jobs.contract.ts';
import { Button } from '../../../components/button.tsx';
import { DialogFooter } from '../../../components/dialog.tsx';
import { JobProgress } from '../job-progress.tsx';

interface ImportJobProps {
  readonly job: Job;
  readonly onEnd: (job: Job) => void;
  /** To what was typed, where the import came to nothing. */
  readonly onBack: () => void;
  readonly onChecks: () => void;
  readonly onClose: () => void;
}

/** An import as it goes, and what can be done where it was refused. */
export function ImportJob({ job, onEnd, onBack, onChecks, onClose }: ImportJobProps) {
  const isOver = job.endedAt !== null;
  return (
    <>
      <JobProgress job={job} onEnd={onEnd} />
      <DialogFooter note={isOver ? undefined : 'It goes on when this closes.'}>
        <Button onClick={onClose}>Close</Button>
        {job.failure?.code === 'CHECK_FAILED' ? <Button onClick={onChecks}>See the checks</Button> : null}
        {isOver && job.state !== 'finished' ? (
          // The focus was in the form that went: Enter leads back to it.
          <Button variant="primary" ref={(button) => button?.focus()} onClick={onBack}>
            Back
          </Button>
        ) : null}
      </DialogFooter>
    </>
  );
}
