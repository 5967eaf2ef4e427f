import { type ReactNode, useState } from 'react';
import type { Signature } from '../../../app/contract/models.contract.ts';
import type { Tensor } from '../../../app/contract/serving.contract.ts';
import { Button } from '../../components/button.tsx';
import styles from './endpoints.module.css';
import { parseTensors, sampleTensors } from './try-it.ts';

interface JsonTryProps {
  readonly signature: Signature;
  readonly onSend: (tensors: Tensor[]) => void;
  readonly result: ReactNode;
}

/** Tensors as JSON, checked against the signature before they are sent. */
export function JsonTry({ signature, onSend, result }: JsonTryProps) {
  const [text, setText] = useState(() => tensorText(sampleTensors(signature)));
  const parsed = parseTensors(text, signature);
  const problem = 'problem' in parsed ? parsed.problem : null;
  return (
    <div className={styles.body}>
      <textarea
        className={styles.json}
        aria-label="Tensors as JSON"
        aria-invalid={problem !== null}
        spellCheck={false}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <div className={styles.paging}>
        <Button
          variant="primary"
          disabled={problem !== null}
          onClick={() => {
            if ('tensors' in parsed) onSend(parsed.tensors);
          }}
        >
          Predict
        </Button>
        <Button variant="quiet" onClick={() => setText(tensorText(sampleTensors(signature)))}>
          Sample
        </Button>
        {problem ? <span className={styles.failed}>{problem}</span> : null}
      </div>
      {result}
    </div>
  );
}

/** JSON with one line per tensor's facts and one for its numbers, so that a person can edit it. */
function tensorText(tensors: readonly Tensor[]): string {
  const lines = tensors.map(({ name, datatype, shape, data }) => {
    const head = JSON.stringify({ name, datatype, shape }).slice(0, -1);
    return `  ${head},\n   "data": ${JSON.stringify(data)}}`;
  });
  return `{"inputs": [\n${lines.join(',\n')}\n]}`;
}
