import {
  elementTypes,
  ML_DOMAIN,
  type OnnxAttribute,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type ValueInfo,
} from './onnx-model.ts';
import { ProtobufWriter } from './protobuf-writer.ts';

/** Opset 17 goes with IR version 8: what ONNX Runtime has read since 1.12. */
const IR_VERSION = 8;
const OPSET = 17;
const ML_OPSET = 3;

/** Numbers of AttributeProto.AttributeType. */
const attributeTypes = { float: 1, integer: 2, text: 3, integers: 7, texts: 8 } as const;

/** An ONNX file's bytes. Field numbers are those of onnx.proto3. */
export function writeModel(model: OnnxModel): Uint8Array {
  const file = new ProtobufWriter();
  file.integer(1, IR_VERSION);
  file.text(2, 'lathe');
  file.message(7, (graph) => {
    for (const node of model.nodes) graph.message(1, (inner) => writeNode(inner, node));
    graph.text(2, 'lathe');
    for (const constant of model.constants) graph.message(5, (inner) => writeTensor(inner, constant));
    for (const input of model.inputs) graph.message(11, (inner) => writeValueInfo(inner, input));
    for (const output of model.outputs) graph.message(12, (inner) => writeValueInfo(inner, output));
  });
  file.message(8, (opset) => opset.integer(2, OPSET));
  if (model.nodes.some(({ domain }) => domain === ML_DOMAIN)) {
    file.message(8, (opset) => opset.text(1, ML_DOMAIN).integer(2, ML_OPSET));
  }
  for (const [key, value] of Object.entries(model.metadata)) {
    file.message(14, (entry) => entry.text(1, key).text(2, value));
  }
  return file.finish();
}

function writeNode(out: ProtobufWriter, node: OnnxNode): void {
  for (const name of node.inputs) out.text(1, name);
  for (const name of node.outputs) out.text(2, name);
  // The name is for people who look at the graph; it is unique because an output's name is.
  out.text(3, node.outputs[0] ?? '');
  out.text(4, node.op);
  for (const [name, value] of Object.entries(node.attributes)) {
    out.message(5, (attribute) => writeAttribute(attribute, name, value));
  }
  if (node.domain !== '') out.text(7, node.domain);
}

function writeAttribute(out: ProtobufWriter, name: string, value: OnnxAttribute): void {
  out.text(1, name);
  if (typeof value === 'number') out.integer(3, value).integer(20, attributeTypes.integer);
  else if (typeof value === 'string') out.text(4, value).integer(20, attributeTypes.text);
  else if ('float' in value) out.float(2, value.float).integer(20, attributeTypes.float);
  else if (value.every((each) => typeof each === 'number')) {
    for (const each of value) out.integer(8, each);
    out.integer(20, attributeTypes.integers);
  } else {
    for (const each of value) out.text(9, String(each));
    out.integer(20, attributeTypes.texts);
  }
}

function writeTensor(out: ProtobufWriter, { name, type, shape, data }: OnnxTensor): void {
  for (const size of shape) out.integer(1, size);
  out.integer(2, elementTypes[type]);
  if (ArrayBuffer.isView(data)) {
    out.text(8, name).bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  } else {
    for (const each of data) out.text(6, each);
    out.text(8, name);
  }
}

function writeValueInfo(out: ProtobufWriter, { name, type, shape }: ValueInfo): void {
  out.text(1, name);
  out.message(2, (valueType) =>
    valueType.message(1, (tensor) => {
      tensor.integer(1, elementTypes[type]);
      tensor.message(2, (sizes) => {
        for (const size of shape) {
          sizes.message(1, (dimension) =>
            typeof size === 'number' ? dimension.integer(1, size) : dimension.text(2, size),
          );
        }
      });
    }),
  );
}
