import type { Attribute, Constant, Graph, GraphNode, GraphValue } from './graph.ts';
import { Message } from './protobuf.ts';

/** Numbers of onnx.proto3 (github.com/onnx/onnx): TensorProto.DataType and AttributeProto.AttributeType. */
const elementType = { float: 1, int64: 7, string: 8 } as const;
const attributeType = { float: 1, integer: 2, string: 3, floats: 6, integers: 7, strings: 8 } as const;

/** Old enough for consumers of some years ago, new enough for every op that Lathe writes. */
const IR_VERSION = 8;
const OPSET = 17;
const ML_OPSET = 3;

/** The graph as the bytes of an ONNX file, with `metadata` as its metadata_props. */
export function encodeModel(
  graph: Graph,
  name: string,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const model = new Message()
    .integer(1, IR_VERSION)
    .text(2, 'Lathe')
    .message(7, encodeGraph(graph, name))
    .message(8, new Message().text(1, '').integer(2, OPSET));
  if (graph.nodes.some(({ domain }) => domain === 'ai.onnx.ml')) {
    model.message(8, new Message().text(1, 'ai.onnx.ml').integer(2, ML_OPSET));
  }
  for (const [key, value] of Object.entries(metadata))
    model.message(14, new Message().text(1, key).text(2, value));
  return model.toBytes();
}

function encodeGraph(graph: Graph, name: string): Message {
  const message = new Message();
  for (const node of graph.nodes) message.message(1, encodeNode(node));
  message.text(2, name);
  for (const [constantName, constant] of graph.constants)
    message.message(5, encodeTensor(constantName, constant));
  for (const input of graph.inputs) message.message(11, encodeValue(input));
  for (const output of graph.outputs) message.message(12, encodeValue(output));
  return message;
}

function encodeNode(node: GraphNode): Message {
  const message = new Message();
  for (const input of node.inputs) message.text(1, input);
  for (const output of node.outputs) message.text(2, output);
  message.text(4, node.op);
  for (const [name, attribute] of Object.entries(node.attributes))
    message.message(5, encodeAttribute(name, attribute));
  return node.domain === '' ? message : message.text(7, node.domain);
}

function encodeAttribute(name: string, value: Attribute): Message {
  const message = new Message().text(1, name);
  if (typeof value === 'number') return message.integer(3, value).integer(20, attributeType.integer);
  if (typeof value === 'string') return message.text(4, value).integer(20, attributeType.string);
  if ('float' in value) return message.float(2, value.float).integer(20, attributeType.float);
  if ('floats' in value) return message.packedFloats(7, value.floats).integer(20, attributeType.floats);
  if ('strings' in value) {
    for (const text of value.strings) message.text(9, text);
    return message.integer(20, attributeType.strings);
  }
  return message.packedIntegers(8, value).integer(20, attributeType.integers);
}

function encodeTensor(name: string, constant: Constant): Message {
  const message = new Message().packedIntegers(1, constant.shape).integer(2, elementType[constant.type]);
  if (constant.type === 'float') {
    const { buffer, byteOffset, byteLength } = constant.values;
    return message.text(8, name).bytes(9, new Uint8Array(buffer, byteOffset, byteLength));
  }
  if (constant.type === 'int64') return message.packedIntegers(7, constant.values).text(8, name);
  for (const text of constant.values) message.text(6, text);
  return message.text(8, name);
}

function encodeValue({ name, type, shape }: GraphValue): Message {
  const dimensions = new Message();
  for (const size of shape) {
    dimensions.message(
      1,
      typeof size === 'number' ? new Message().integer(1, size) : new Message().text(2, size),
    );
  }
  const tensor = new Message().integer(1, elementType[type]).message(2, dimensions);
  return new Message().text(1, name).message(2, new Message().message(1, tensor));
}
