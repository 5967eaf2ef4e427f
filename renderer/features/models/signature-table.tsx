import type { Signature, TensorSpec } from '../../../app/contract/models.contract.ts';
import { shapeText } from '../endpoints/try-it.ts';
import styles from './models.module.css';

interface SignatureTableProps {
  readonly signature: Signature;
  readonly labels: readonly string[] | null;
}

/** Inputs and outputs of a model: name, type, shape, and what a value means. */
export function SignatureTable({ signature, labels }: SignatureTableProps) {
  const rows = [
    ...signature.inputs.map((spec) => ({ spec, way: 'input' as const })),
    ...signature.outputs.map((spec) => ({ spec, way: 'output' as const })),
  ];
  return (
    <table className={styles.signature}>
      <colgroup>
        <col style={{ width: 56 }} />
        <col style={{ width: '24%' }} />
        <col style={{ width: 62 }} />
        <col style={{ width: 82 }} />
        <col />
      </colgroup>
      <thead className="sr-only">
        <tr>
          <th>Way</th>
          <th>Name</th>
          <th>Type</th>
          <th>Shape</th>
          <th>Meaning</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ spec, way }) => (
          <tr key={`${way} ${spec.name}`}>
            <td>{way}</td>
            <td title={spec.name}>{spec.name}</td>
            <td>{spec.datatype}</td>
            <td>{shapeText(spec)}</td>
            <td title={meaning(spec, way, labels)}>{meaning(spec, way, labels)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What a tensor's values mean, in a few words; empty where the file says nothing. */
function meaning(spec: TensorSpec, way: 'input' | 'output', labels: readonly string[] | null): string {
  const { hint } = spec;
  if (hint) {
    const range = hint.min !== undefined && hint.max !== undefined ? `${hint.min} to ${hint.max}` : '';
    if (hint.kind === 'category') return hint.categories?.join(', ') ?? 'a category';
    if (hint.kind === 'image')
      return [`${hint.width} × ${hint.height} image`, range].filter(Boolean).join(', ');
    return [hint.kind === 'matrix' ? `${hint.columns?.length ?? ''} columns` : '', range]
      .filter(Boolean)
      .join(', ');
  }
  if (way === 'output' && labels && spec.shape.at(-1) === labels.length) return 'one probability per class';
  if (way === 'output' && labels && /label|class/i.test(spec.name)) return labels.join(', ');
  return '';
}
