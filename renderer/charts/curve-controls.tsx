import screen from '../components/screen.module.css';
import { SegmentedChoice } from '../components/segments.tsx';
import styles from './curve-controls.module.css';
import type { CurveView } from './curve-view.ts';

interface CurveControlsProps {
  readonly view: CurveView;
  readonly onChange: (view: CurveView) => void;
}

/** The strip over a page's charts: horizontal axis, smoothing by name and strength, scale, outliers. */
export function CurveControls({ view, onChange }: CurveControlsProps) {
  const set = (change: Partial<CurveView>) => onChange({ ...view, ...change });
  return (
    <div className={styles.strip} role="toolbar" aria-label="Curves">
      <SegmentedChoice
        label="Horizontal axis"
        chosen={view.axis}
        options={[
          ['step', 'Step'],
          ['time', 'Time'],
        ]}
        onChoose={(axis) => set({ axis })}
      />
      <label className={styles.slider}>
        Smoothing
        <input
          type="range"
          min={0}
          max={0.99}
          step={0.01}
          value={view.smoothing}
          onChange={(event) => set({ smoothing: Number(event.target.value) })}
        />
        <output>{view.smoothing === 0 ? 'off' : `EMA ${view.smoothing.toFixed(2)}`}</output>
      </label>
      <SegmentedChoice
        label="Vertical axis"
        chosen={view.scale}
        options={[
          ['auto', 'Auto y'],
          ['linear', 'Linear'],
          ['log', 'Log y'],
        ]}
        onChoose={(scale) => set({ scale })}
      />
      <label className={screen.check}>
        <input
          type="checkbox"
          checked={view.ignoreOutliers}
          onChange={(event) => set({ ignoreOutliers: event.target.checked })}
        />
        Ignore outliers
      </label>
      {view.smoothing > 0 ? (
        <label className={screen.check}>
          <input
            type="checkbox"
            checked={view.showRaw}
            onChange={(event) => set({ showRaw: event.target.checked })}
          />
          Raw behind
        </label>
      ) : null}
    </div>
  );
}
