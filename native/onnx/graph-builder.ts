import type {
  Dimension,
  ElementType,
  OnnxAttribute,
  OnnxNode,
  OnnxTensor,
  TensorData,
  ValueInfo,
} from './onnx-model.ts';
import { writeModel } from './write-model.ts';

/** Names that begin so belong to the builder; inputs and outputs, which users name, may not. */
export const RESERVED_PREFIX = 'lathe:';

/** One operation as automatic differentiation sees it: `gradient-rules.ts` has the rule for each `op`. */
export interface TapeRecord {
  readonly op: string;
  readonly inputs: readonly ValueInfo[];
  readonly output: ValueInfo;
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

export interface NodeOptions {
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
  readonly domain?: string;
}

/** Collects a graph, one operation after another, in an order in which it can run. */
export class GraphBuilder {
  readonly #inputs: ValueInfo[] = [];
  readonly #outputs: ValueInfo[] = [];
  readonly #nodes: OnnxNode[] = [];
  readonly #constants: OnnxTensor[] = [];
  readonly #tape: TapeRecord[] = [];
  #names = 0;

  get tape(): readonly TapeRecord[] {
    return this.#tape;
  }

  input(name: string, type: ElementType, shape: readonly Dimension[]): ValueInfo {
    const value = { name: this.#userName(name), type, shape };
    this.#inputs.push(value);
    return value;
  }

  constant(type: ElementType, shape: readonly number[], data: TensorData): ValueInfo {
    const value = { name: this.#nextName('constant'), type, shape };
    this.#constants.push({ ...value, data });
    return value;
  }

  /** A single number that broadcasts against any shape. */
  scalar(value: number): ValueInfo {
    return this.constant('float32', [], Float32Array.of(value));
  }

  /** Add an operation with one result, whose type and shape the caller knows. */
  node(
    op: string,
    inputs: readonly ValueInfo[],
    result: { readonly type?: ElementType; readonly shape: readonly Dimension[] },
    options: NodeOptions = {},
  ): ValueInfo {
    const output = { name: this.#nextName(op), type: result.type ?? 'float32', shape: result.shape };
    this.#nodes.push({
      op,
      domain: options.domain ?? '',
      inputs: inputs.map(({ name }) => name),
      outputs: [output.name],
      attributes: options.attributes ?? {},
    });
    return output;
  }

  /** Note an operation, of one node or several, for differentiation. Returns its output. */
  record(
    op: string,
    inputs: readonly ValueInfo[],
    output: ValueInfo,
    attributes: TapeRecord['attributes'] = {},
  ): ValueInfo {
    this.#tape.push({ op, inputs, output, attributes });
    return output;
  }

  output(name: string, value: ValueInfo): void {
    const output = { ...value, name: this.#userName(name) };
    this.#nodes.push({ op: 'Identity', domain: '', inputs: [value.name], outputs: [name], attributes: {} });
    this.#outputs.push(output);
  }

  /** The graph as an ONNX file's bytes. */
  build(metadata: Readonly<Record<string, string>> = {}): Uint8Array {
    return writeModel({
      inputs: this.#inputs,
      outputs: this.#outputs,
      nodes: this.#nodes,
      constants: this.#constants,
      metadata,
    });
  }

  #nextName(kind: string): string {
    this.#names += 1;
    return `${RESERVED_PREFIX}${kind}_${this.#names}`;
  }

  #userName(name: string): string {
    if (name === '' || name.startsWith(RESERVED_PREFIX)) {
      throw new RangeError(
        `"${name}" cannot name an input or output: it is empty or begins with "${RESERVED_PREFIX}".`,
      );
    }
    if ([...this.#inputs, ...this.#outputs].some((each) => each.name === name)) {
      throw new RangeError(`Two inputs or outputs would be called "${name}".`);
    }
    return name;
  }
}
