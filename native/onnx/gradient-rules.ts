import type { GraphBuilder, TapeRecord } from './graph-builder.ts';
import type { ValueInfo } from './onnx-model.ts';
import { addGradient } from './operators/add.ts';
import { gemmGradient } from './operators/gemm.ts';
import { matMulGradient } from './operators/mat-mul.ts';
import { meanSquaredErrorGradient } from './operators/mean-squared-error.ts';
import { reluGradient } from './operators/relu.ts';
import { softmaxCrossEntropyGradient } from './operators/softmax-cross-entropy.ts';
import { tanhGradient } from './operators/tanh.ts';

/**
 * Appends the gradients of one recorded operation.
 *
 * @param gradient of the loss with respect to the record's output
 * @param needed for each input, whether its gradient is of use
 * @returns for each input its gradient, or null where it is not needed
 */
export type GradientRule = (
  graph: GraphBuilder,
  record: TapeRecord,
  gradient: ValueInfo,
  needed: readonly boolean[],
) => readonly (ValueInfo | null)[];

/** A new differentiable operation is one file in operators/ and one line here. */
export const gradientRules: Readonly<Record<string, GradientRule>> = {
  Add: addGradient,
  Gemm: gemmGradient,
  MatMul: matMulGradient,
  MeanSquaredError: meanSquaredErrorGradient,
  Relu: reluGradient,
  SoftmaxCrossEntropy: softmaxCrossEntropyGradient,
  Tanh: tanhGradient,
};
