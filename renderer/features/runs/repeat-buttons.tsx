import type { RunDetail } from '../../../app/contract/runs.contract.ts';
import { Button } from '../../components/button.tsx';
import { useRunActions } from './run-actions.ts';

interface RepeatButtonsProps {
  readonly run: RunDetail;
  /** Whether the first of them is what a person most probably wants. */
  readonly prominent?: boolean;
}

/** The ways to go on from a run that has ended: continue it, repeat it, change it, or see whether it repeats. */
export function RepeatButtons({ run, prominent = false }: RepeatButtonsProps) {
  const actions = useRunActions();
  const variant = (first: boolean) => (prominent && first ? 'primary' : 'secondary');
  return (
    <>
      {run.resumable ? (
        <Button variant={variant(true)} onClick={() => void actions.resume(run)}>
          Resume from checkpoint
        </Button>
      ) : null}
      <Button onClick={() => void actions.again(run)}>Run again</Button>
      <Button variant={variant(!run.resumable)} onClick={() => actions.change(run)}>
        Run with changes
      </Button>
      <Button
        title="The same code, data, parameters, seed and packages; then whether the same came out"
        onClick={() => void actions.reproduce(run)}
      >
        Reproduce
      </Button>
    </>
  );
}
