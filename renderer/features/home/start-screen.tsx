import { IconBox, IconPlayerPlay, IconTableImport, IconTerminal2 } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Button } from '../../components/button.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Link, navigate } from '../../shell/router.ts';
import { useImportDialog } from '../data/import-dialog.store.ts';
import { DigitsBand } from './digits-band.tsx';
import styles from './home.module.css';
import { samplePhase, useSample } from './sample.store.ts';
import { SampleSteps } from './sample-steps.tsx';
import { StartHeading } from './start-heading.tsx';
import { ThisMachine } from './this-machine.tsx';

/** What the sample does, before it is begun, with what each part costs. */
const plan: readonly (readonly [ReactNode, string])[] = [
  [
    <>
      Import 1,797 handwritten digits as dataset <b>digits</b>
    </>,
    '265 KB',
  ],
  ['Train a softmax regression and a multilayer perceptron', 'some seconds'],
  ['Compare them on the held-out images', ''],
  [
    <>
      Register the better as model <b>digits</b>, alias <b>champion</b>
    </>,
    '',
  ],
  ['Serve it on this machine, with a page to draw on', '127.0.0.1'],
];

/** The first screen of an empty project; the same while the sample runs, so that its steps stay where they began. */
export function StartScreen({ empty }: { readonly empty: boolean }) {
  const { steps, begun, starting, error, start, cancel, leave } = useSample();
  const phase = samplePhase(steps);
  const watching = phase === 'running' || begun;
  const endpoint = steps.find(({ id }) => id === 'serve')?.href ?? '/endpoints';
  return (
    <div className={styles.start}>
      <DigitsBand />
      <div className={styles.body}>
        <div>
          <StartHeading
            title={
              watching && phase === 'done' ? 'A model is served' : 'Start with data, end with a served model'
            }
            text={startText(watching, phase, empty)}
          />
          {watching ? (
            <SampleSteps steps={steps} />
          ) : (
            <ol className={styles.plan}>
              {plan.map(([what, cost], index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the plan never changes its order
                <li key={index}>
                  <i>{index + 1}</i>
                  <span>{what}</span>
                  <small>{cost}</small>
                </li>
              ))}
            </ol>
          )}
          {error ? <ErrorNotice error={error} /> : null}
          <div className={styles.actions}>
            {watching && phase === 'running' ? (
              <>
                <Button size="large" onClick={cancel}>
                  Cancel
                </Button>
                <small>It goes on when this page is closed.</small>
              </>
            ) : watching && phase === 'done' ? (
              <>
                <Button size="large" variant="primary" onClick={() => navigate(endpoint)}>
                  Try the model
                </Button>
                <Button size="large" onClick={leave}>
                  Show the overview
                </Button>
              </>
            ) : (
              <>
                <Button
                  size="large"
                  variant="primary"
                  icon={<IconPlayerPlay size={16} stroke={1.5} aria-hidden />}
                  disabled={starting}
                  onClick={start}
                >
                  Try with sample data
                </Button>
                <Button
                  size="large"
                  icon={<IconTableImport size={16} stroke={1.5} aria-hidden />}
                  onClick={() => useImportDialog.getState().open()}
                >
                  Import data
                </Button>
                {empty ? null : (
                  <Button size="large" variant="quiet" onClick={leave}>
                    Show the overview
                  </Button>
                )}
              </>
            )}
          </div>
        </div>
        <aside>
          <h2>Or bring something</h2>
          <ul className={styles.others}>
            <Other
              icon={<IconBox size={16} stroke={1.5} aria-hidden />}
              to="/models"
              note="an ONNX file made elsewhere"
            >
              Register a model
            </Other>
            <Other
              icon={<IconTerminal2 size={16} stroke={1.5} aria-hidden />}
              to="/settings"
              note="the same calls over HTTP and on the command line"
            >
              Use it from a script
            </Other>
          </ul>
          <h2>This machine</h2>
          <ThisMachine />
        </aside>
      </div>
    </div>
  );
}

function startText(watching: boolean, phase: string, empty: boolean): string {
  if (watching && phase === 'running')
    return 'The sample runs the whole job once, in front of you, on this machine.';
  if (watching && phase === 'failed') return 'The sample stopped; what it made before is kept.';
  if (watching && phase === 'done') return 'That was the whole job. Each step links to what it made.';
  const where = empty ? 'This project is empty. ' : '';
  return `${where}The sample runs the whole job once, in front of you, on this machine. Nothing is downloaded.`;
}

interface OtherProps {
  readonly icon: ReactNode;
  readonly to: string;
  readonly note: string;
  readonly children: ReactNode;
}

function Other({ icon, to, note, children }: OtherProps) {
  return (
    <li>
      {icon}
      <span>
        <Link to={to}>{children}</Link>
        <small>{note}</small>
      </span>
    </li>
  );
}
