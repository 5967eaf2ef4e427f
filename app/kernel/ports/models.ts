import type { Signature } from '../../contract/models.contract.ts';

export interface InspectedModel {
  readonly signature: Signature;
  readonly task: 'classification' | 'regression' | null;
  readonly labels: readonly string[] | null;
  /** The file's metadata_props as they stand. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Looks into an ONNX file without trusting it: in a process of its own, by loading it with ONNX Runtime. */
export interface ModelInspector {
  /** MODEL_INVALID for a file that is cut short, is no ONNX model, names external data, or does not load. */
  inspect(path: string): Promise<InspectedModel>;
}
