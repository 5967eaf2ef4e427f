import { formatMetric } from '../../components/format.ts';
import screen from '../../components/screen.module.css';
import styles from './endpoints.module.css';
import type { Prediction } from './try-it.ts';

interface PredictionViewProps {
  readonly prediction: Prediction | null;
  readonly durationMs: number | null;
  readonly modelMs: number | null;
  /** What to do to get a first answer. */
  readonly hint: string;
}

/** The answer of an endpoint: the class large with its probabilities, a number, or the tensors as they came. */
export function PredictionView({ prediction, durationMs, modelMs, hint }: PredictionViewProps) {
  if (!prediction) return <p className={screen.quiet}>{hint}</p>;
  const timing = <Timing durationMs={durationMs} modelMs={modelMs} />;
  if (prediction.kind === 'tensors') {
    return (
      <div>
        {timing}
        <pre className={screen.mono}>{JSON.stringify(prediction.outputs, null, 1)}</pre>
      </div>
    );
  }
  if (prediction.kind === 'value') {
    return (
      <output className={styles.value}>
        <b>{formatMetric(prediction.value)}</b>
        {timing}
      </output>
    );
  }
  const { label, confidence, probabilities } = prediction;
  return (
    <div>
      <output className={styles.result}>
        <span className={styles.label} data-long={label.length > 3 || undefined}>
          {label}
        </span>
        <div>
          {confidence === null ? null : (
            <div className={styles.sure}>{(confidence * 100).toFixed(1)} % sure</div>
          )}
          {timing}
        </div>
      </output>
      <div className={styles.bars}>
        {shownClasses(probabilities).map((entry) => {
          const top = entry.label === label || undefined;
          const percent = entry.probability * 100;
          return [
            <b key={`${entry.label} name`} data-top={top} title={entry.label}>
              {entry.label}
            </b>,
            <div key={`${entry.label} bar`} className={styles.bar} data-top={top}>
              <i style={{ width: `${Math.max(0, Math.min(100, percent))}%` }} />
            </div>,
            <span key={`${entry.label} value`} data-top={top}>
              {percent.toFixed(2)}
            </span>,
          ];
        })}
      </div>
      {probabilities.length > 0 ? (
        <p className={styles.caption}>
          probability, %{probabilities.length > 12 ? `; 12 likeliest of ${probabilities.length}` : ''}
        </p>
      ) : null}
    </div>
  );
}

/** All classes in their own order where they fit, else the twelve likeliest. */
function shownClasses<Entry extends { readonly probability: number }>(
  all: readonly Entry[],
): readonly Entry[] {
  return all.length <= 12 ? all : [...all].sort((a, b) => b.probability - a.probability).slice(0, 12);
}

function Timing({
  durationMs,
  modelMs,
}: {
  readonly durationMs: number | null;
  readonly modelMs: number | null;
}) {
  if (durationMs === null) return null;
  const model = modelMs === null ? '' : `, of which model ${modelMs.toFixed(1)} ms`;
  return (
    <div className={styles.timing}>
      {durationMs.toFixed(1)} ms{model}
    </div>
  );
}
