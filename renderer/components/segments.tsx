import styles from './segments.module.css';

interface SegmentsProps<Value extends string> {
  readonly label: string;
  readonly chosen: Value;
  readonly options: readonly (readonly [Value, string])[];
  readonly onChoose: (value: Value) => void;
}

/** One value out of a few, all of them in view. */
export function SegmentedChoice<Value extends string>({
  label,
  chosen,
  options,
  onChoose,
}: SegmentsProps<Value>) {
  return (
    <fieldset className={styles.segments}>
      <legend className="sr-only">{label}</legend>
      {options.map(([value, words]) => (
        <button key={value} type="button" aria-pressed={value === chosen} onClick={() => onChoose(value)}>
          {words}
        </button>
      ))}
    </fieldset>
  );
}

/** The same as tabs: what is chosen decides what the area beside it shows. */
export function SegmentedTabs<Value extends string>({
  label,
  chosen,
  options,
  onChoose,
}: SegmentsProps<Value>) {
  return (
    <span className={styles.segments} role="tablist" aria-label={label}>
      {options.map(([value, words]) => (
        <button
          key={value}
          type="button"
          role="tab"
          aria-selected={value === chosen}
          onClick={() => onChoose(value)}
        >
          {words}
        </button>
      ))}
    </span>
  );
}
