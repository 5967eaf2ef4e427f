import { type Density, type Theme, useAppearance } from '../../shell/appearance.store.ts';
import { Fact, Section } from './section.tsx';
import styles from './settings.module.css';

const themes: readonly (readonly [Theme, string])[] = [
  ['system', 'As the system'],
  ['light', 'Light'],
  ['dark', 'Dark'],
];

const densities: readonly (readonly [Density, string])[] = [
  ['compact', 'Compact'],
  ['default', 'Default'],
  ['comfortable', 'Comfortable'],
];

/** Kept on this device, not in the workspace. */
export function AppearanceSection() {
  const { theme, density, setTheme, setDensity } = useAppearance();
  return (
    <Section title="Appearance">
      <Fact name="Theme">
        <Choice name="Theme" options={themes} value={theme} onChange={setTheme} />
      </Fact>
      <Fact name="Density" help="Rows of 24, 28 or 34 pixels; kept on this device">
        <Choice name="Density" options={densities} value={density} onChange={setDensity} />
      </Fact>
    </Section>
  );
}

interface ChoiceProps<Value extends string> {
  readonly name: string;
  readonly options: readonly (readonly [Value, string])[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
}

function Choice<Value extends string>({ name, options, value, onChange }: ChoiceProps<Value>) {
  return (
    <div role="radiogroup" aria-label={name} className={styles.choice}>
      {options.map(([option, label]) => (
        <label key={option}>
          <input type="radio" name={name} checked={option === value} onChange={() => onChange(option)} />
          {label}
        </label>
      ))}
    </div>
  );
}
