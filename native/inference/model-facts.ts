import { fieldHint, modelVersion, type Signature } from '../../app/contract/models.contract.ts';
import type { InspectedModel } from '../../app/kernel/ports/models.ts';

/** Keys of metadata_props that Lathe writes into the models it trains, and reads here. Values other than the task are JSON. */
const TASK = 'lathe.task';
const LABELS = 'lathe.labels';
/** `{input name: FieldHint}` */
const INPUTS = 'lathe.inputs';

/** Join what ONNX Runtime says of a model with what the file's metadata says; metadata that does not fit counts as none. */
export function modelFacts(signature: Signature, metadata: Readonly<Record<string, string>>): InspectedModel {
  const hints = Object(parsed(metadata[INPUTS])) as Record<string, unknown>;
  const task = modelVersion.shape.task.safeParse(metadata[TASK]);
  const labels = modelVersion.shape.labels.safeParse(parsed(metadata[LABELS]));
  return {
    signature: {
      inputs: signature.inputs.map((input) => {
        const hint = fieldHint.safeParse(hints[input.name]);
        return hint.success ? { ...input, hint: hint.data } : input;
      }),
      outputs: signature.outputs,
    },
    task: task.success ? task.data : null,
    labels: labels.success ? labels.data : null,
    metadata,
  };
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? null : JSON.parse(text);
  } catch {
    return null;
  }
}
