import { useMemo, useState } from 'react';
import type { Endpoint, Tensor } from '../../../app/contract/serving.contract.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { SegmentedTabs } from '../../components/segments.tsx';
import { ColumnsTry } from './columns-try.tsx';
import styles from './endpoints.module.css';
import { ImageTry } from './image-try.tsx';
import { JsonTry } from './json-try.tsx';
import { PredictionView } from './prediction-view.tsx';
import { RowTry } from './row-try.tsx';
import { tryItForm } from './try-it.ts';
import { usePredict } from './use-predict.ts';
import { useTrainingData } from './use-training-data.ts';

interface TryItProps {
  readonly endpoint: Endpoint;
  readonly onSent: (tensors: readonly Tensor[]) => void;
}

type Mode = 'draw' | 'fields' | 'row' | 'json';

const words: Record<Mode, string> = { draw: 'Draw', fields: 'Fill in', row: 'Pick a row', json: 'JSON' };

/** Sends an endpoint something to judge, in the form that its signature allows, and shows the answer. */
export function TryIt({ endpoint, onSent }: TryItProps) {
  const form = useMemo(() => tryItForm(endpoint.signature), [endpoint.signature]);
  const data = useTrainingData(endpoint);
  const modes: Mode[] = [
    ...(form.kind === 'image' ? (['draw'] as const) : []),
    ...(form.kind === 'columns' ? (['fields'] as const) : []),
    ...(form.kind !== 'tensors' && data ? (['row'] as const) : []),
    'json',
  ];
  const [asked, setMode] = useState<Mode | null>(null);
  const mode = asked !== null && modes.includes(asked) ? asked : (modes[0] ?? 'json');
  const { answer, error, send: predict, clear } = usePredict(endpoint);
  const send = (tensors: Tensor[]) => {
    predict(tensors);
    onSent(tensors);
  };
  const hint = {
    draw: 'Draw something on the grid; the answer follows your hand.',
    fields: 'Fill in the fields and ask for a prediction.',
    row: 'Pick a row to see what the model says about it.',
    json: 'Edit the tensors and send them.',
  }[mode];
  const result = (
    <div>
      <PredictionView
        prediction={answer?.prediction ?? null}
        durationMs={answer?.durationMs ?? null}
        modelMs={answer?.modelMs ?? null}
        hint={hint}
      />
      {error ? <ErrorNotice error={error} /> : null}
    </div>
  );
  return (
    <section className={styles.section}>
      <h2 className={styles.head}>
        Try it
        {modes.length > 1 ? (
          <span className={styles.aside}>
            <SegmentedTabs
              label="How to try it"
              chosen={mode}
              options={modes.map((one) => [one, words[one]] as const)}
              onChoose={(one) => {
                setMode(one);
                clear();
              }}
            />
          </span>
        ) : null}
      </h2>
      {mode === 'draw' && form.kind === 'image' ? (
        <ImageTry form={form} onSend={send} onClear={clear} result={result} />
      ) : null}
      {mode === 'fields' && form.kind === 'columns' ? (
        <ColumnsTry inputs={form.inputs} onSend={send} result={result} />
      ) : null}
      {mode === 'row' && form.kind !== 'tensors' && data ? (
        <RowTry form={form} data={data} onSend={send} result={result} />
      ) : null}
      {mode === 'json' ? <JsonTry signature={endpoint.signature} onSend={send} result={result} /> : null}
    </section>
  );
}
