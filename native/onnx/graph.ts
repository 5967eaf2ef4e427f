/** Values that a constant of a graph can hold, with the shape they are read in, row by row. */
export type Constant =
  | { readonly type: 'float'; readonly shape: readonly number[]; readonly values: Float32Array }
  | {
      readonly type: 'int64';
      readonly shape: readonly number[];
      readonly values: readonly (number | bigint)[];
    }
  | { readonly type: 'string'; readonly shape: readonly number[]; readonly values: readonly string[] };

/** A number is an integer attribute; a float must say so. Arrays likewise. */
export type Attribute =
  | number
  | string
  | { readonly float: number }
  | readonly number[]
  | { readonly strings: readonly string[] }
  | { readonly floats: readonly number[] };

export interface GraphNode {
  readonly op: string;
  readonly domain: '' | 'ai.onnx.ml';
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface GraphValue {
  readonly name: string;
  readonly type: Constant['type'];
  /** A text names a dimension of any size. */
  readonly shape: readonly (number | string)[];
}

/** Names that the builder makes up start with this, so that they never meet a name from a table. */
const RESERVED = '::';

/** Whether an input or output may not be called so. */
export const isReserved = (name: string): boolean => name === '' || name.startsWith(RESERVED);

/**
 * An ONNX graph under construction. Values are named by strings; `add` appends a node and returns its output's name,
 * so that graphs are written as nested calls. Nodes stand in the order they were added, which is a valid order.
 */
export class Graph {
  readonly inputs: GraphValue[] = [];
  readonly outputs: GraphValue[] = [];
  readonly constants = new Map<string, Constant>();
  readonly nodes: GraphNode[] = [];
  #names = 0;

  input(value: GraphValue): string {
    this.#check(value.name);
    this.inputs.push(value);
    return value.name;
  }

  /** Give a value a name of its own and make it an output. */
  output(value: GraphValue, from: string): void {
    this.#check(value.name);
    this.nodes.push({ op: 'Identity', domain: '', inputs: [from], outputs: [value.name], attributes: {} });
    this.outputs.push(value);
  }

  constant(constant: Constant): string {
    const name = this.#fresh('c');
    this.constants.set(name, constant);
    return name;
  }

  floats(values: Iterable<number>, shape?: readonly number[]): string {
    const data = Float32Array.from(values);
    return this.constant({ type: 'float', shape: shape ?? [data.length], values: data });
  }

  integers(...values: number[]): string {
    return this.constant({ type: 'int64', shape: [values.length], values });
  }

  add(
    op: string,
    inputs: readonly string[],
    attributes: GraphNode['attributes'] = {},
    domain: GraphNode['domain'] = '',
  ): string {
    const output = this.#fresh(op);
    this.nodes.push({ op, domain, inputs, outputs: [output], attributes });
    return output;
  }

  #check(name: string): void {
    if (isReserved(name)) throw new RangeError(`"${name}" cannot name an input or an output`);
    if ([...this.inputs, ...this.outputs].some((value) => value.name === name)) {
      throw new RangeError(`two inputs or outputs would be called "${name}"`);
    }
  }

  #fresh(hint: string): string {
    this.#names += 1;
    return `${RESERVED}${hint}${this.#names}`;
  }
}
