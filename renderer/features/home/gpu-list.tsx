import type { Run } from '../../../app/contract/runs.contract.ts';
import type { Resources } from '../../../app/contract/system.contract.ts';
import { AreaSpark } from '../../charts/area-spark.tsx';
import { formatBytes } from '../../components/format.ts';
import { gpuReadings } from '../../components/gpu-readings.ts';
import { RunSwatch } from '../../components/run-swatch.tsx';
import { useResources } from '../../shell/resources.store.ts';
import { Link } from '../../shell/router.ts';
import styles from './home.module.css';

/** Every GPU: how busy it was since the page was opened, its memory, and which runs have it. */
export function GpuList({ running }: { readonly running: readonly Run[] }) {
  const gpus = useResources(({ latest }) => latest?.gpus ?? null);
  const history = useResources(({ gpuHistory }) => gpuHistory);
  return (
    <ul className={styles.gpus}>
      {gpus?.map((gpu) => (
        <Gpu
          key={gpu.id}
          gpu={gpu}
          history={history[gpu.id] ?? []}
          runs={running.filter(({ gpus: granted }) => granted.some(({ id }) => id === gpu.id))}
        />
      ))}
    </ul>
  );
}

interface GpuProps {
  readonly gpu: Resources['gpus'][number];
  readonly history: readonly number[];
  readonly runs: readonly Run[];
}

function Gpu({ gpu, history, runs }: GpuProps) {
  const { memoryUsedBytes: used, memoryTotalBytes: total } = gpu;
  return (
    <li>
      <div className={styles.gpuHead}>
        <b>GPU {gpu.index}</b>
        <span>{gpu.name}</span>
        <output>{gpuReadings(gpu).join('  ')}</output>
      </div>
      <AreaSpark
        values={history}
        width={300}
        height={28}
        greatest={100}
        label={`How busy GPU ${gpu.index} was since the page was opened`}
      />
      {used !== null && total ? (
        <>
          <div className={styles.gpuBar} aria-hidden>
            <i style={{ width: `${Math.min(100, (used / total) * 100)}%` }} />
          </div>
          <div className={styles.gpuHead}>
            {runs.length === 0 ? <span>no run has it</span> : null}
            {runs.map(({ id, name, color }) => (
              <Link key={id} to={`/runs/${id}`}>
                <RunSwatch color={color} /> {name}
              </Link>
            ))}
            <output>
              {formatBytes(used)} of {formatBytes(total)}
            </output>
          </div>
        </>
      ) : null}
    </li>
  );
}
