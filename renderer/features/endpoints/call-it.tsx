import { useState } from 'react';
import type { Endpoint, Tensor } from '../../../app/contract/serving.contract.ts';
import { CopyButton } from '../../components/copy-button.tsx';
import { callSamples } from './call-samples.ts';
import styles from './endpoints.module.css';

interface CallItProps {
  readonly endpoint: Endpoint;
  /** What was tried last, so that the code repeats it; null takes a sample. */
  readonly tensors: readonly Tensor[] | null;
}

const tokenLine = 'export LATHE_TOKEN=$(lathe token)';

/** Code that calls the endpoint, ready to paste; it reads the token from the environment. */
export function CallIt({ endpoint, tensors }: CallItProps) {
  const samples = callSamples(endpoint, tensors ?? undefined);
  const [chosen, setChosen] = useState<string>('curl');
  const sample = samples.find(({ id }) => id === chosen) ?? samples[0];
  if (!sample) return null;
  return (
    <section className={styles.section}>
      <h2 className={styles.head}>
        Call it <span className={styles.aside}>Open Inference Protocol v2</span>
      </h2>
      <div className={styles.code}>
        <div className={styles.codeHead}>
          <div role="tablist" aria-label="Language">
            {samples.map(({ id, title }) => (
              <button
                key={id}
                type="button"
                role="tab"
                className={styles.tab}
                aria-selected={id === sample.id}
                onClick={() => setChosen(id)}
              >
                {title}
              </button>
            ))}
          </div>
          <span className={styles.aside}>
            <CopyButton value={sample.code} label={`Copy the ${sample.title} code`} />
          </span>
        </div>
        <pre>{sample.code}</pre>
      </div>
      <p className={styles.note}>
        The token is never printed here. <code>{tokenLine}</code>{' '}
        <CopyButton value={tokenLine} label="Copy the line that sets the token" />
      </p>
    </section>
  );
}
