import { describe, expect, it } from 'vitest';
import { layeredLayout } from './layered-layout.ts';

const nodes = (...keys: string[]) => keys.map((key) => ({ key }));
const edges = (...pairs: string[]) =>
  pairs.map((pair) => {
    const [from = '', to = ''] = pair.split('>');
    return { from, to };
  });

describe('the layers of a graph', () => {
  it('puts a thing behind everything that flows into it', () => {
    const layout = layeredLayout(
      nodes('endpoint', 'model', 'run', 'data', 'source'),
      edges('source>data', 'data>run', 'run>model', 'model>endpoint', 'data>model'),
    );
    expect(['source', 'data', 'run', 'model', 'endpoint'].map((key) => layout.get(key)?.layer)).toEqual([
      0, 1, 2, 3, 4,
    ]);
  });

  it('puts neighbours beside each other, so that edges do not cross', () => {
    const layout = layeredLayout(nodes('a', 'b', 'x', 'y'), edges('a>y', 'b>x'));
    expect(layout.get('y')?.position).toBe(layout.get('a')?.position);
    expect(layout.get('x')?.position).toBe(layout.get('b')?.position);
  });

  it('comes to an end where things flow in a circle, or into themselves', () => {
    const layout = layeredLayout(nodes('a', 'b'), edges('a>b', 'b>a', 'a>a', 'a>gone'));
    expect([...layout.values()].map(({ layer }) => layer).sort()).toEqual([0, 1]);
  });
});
