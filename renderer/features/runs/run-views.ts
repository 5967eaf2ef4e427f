import type { RunDetail } from '../../../app/contract/runs.contract.ts';

export type RunViewName = 'curves' | 'system' | 'log' | 'artifacts' | 'code' | 'reproduction';

/** The views that a run has; one that would be empty for good is left out. */
export function runViews(run: RunDetail): readonly (readonly [RunViewName, string])[] {
  const going = run.status === 'running' || run.status === 'queued';
  const views: readonly (readonly [RunViewName, string, boolean])[] = [
    ['curves', 'Curves', true],
    ['system', 'System', going || Object.keys(run.systemMetrics).length > 0],
    ['log', 'Log', true],
    ['artifacts', 'Artifacts', run.artifacts.length > 0],
    ['code', 'Code', run.code !== null],
    ['reproduction', 'Reproduction', run.reproducesRunId !== null],
  ];
  return views.filter(([, , there]) => there).map(([name, title]) => [name, title]);
}
