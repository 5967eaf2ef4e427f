import type { Template, TemplateParameter } from '../../contract/training.contract.ts';

const target: TemplateParameter = {
  key: 'target',
  type: 'column',
  default: null,
  help: 'Column to predict. Without it, a column called label, target, class or y is taken.',
  advanced: false,
};

/** What suits one template and not another; README.md says how these were chosen. */
interface Defaults {
  readonly epochs: number;
  readonly learningRate: number;
  readonly patience: number;
}

const common = ({ epochs, learningRate, patience }: Defaults): readonly TemplateParameter[] => [
  {
    key: 'epochs',
    type: 'integer',
    default: epochs,
    min: 1,
    max: 100_000,
    help: 'Times the training rows are gone through, at most.',
    advanced: false,
  },
  {
    key: 'learning_rate',
    type: 'number',
    default: learningRate,
    min: 1e-9,
    max: 100,
    help: 'Size of a step.',
    advanced: false,
  },
  {
    key: 'batch_size',
    type: 'integer',
    default: 64,
    min: 1,
    max: 1_000_000,
    help: 'Rows per step.',
    advanced: false,
  },
  {
    key: 'seed',
    type: 'integer',
    default: 7,
    min: 0,
    max: 4_294_967_295,
    help: 'Decides the split, the first weights and the shuffling; the same seed gives the same metrics.',
    advanced: false,
  },
  {
    key: 'optimizer',
    type: 'choice',
    default: 'adam',
    choices: ['adam', 'sgd'],
    help: 'How gradients become steps.',
    advanced: true,
  },
  {
    key: 'momentum',
    type: 'number',
    default: 0.9,
    min: 0,
    max: 0.9999,
    help: 'Momentum of SGD; Adam has none.',
    advanced: true,
  },
  {
    key: 'weight_decay',
    type: 'number',
    default: 0.001,
    min: 0,
    max: 10,
    help: 'L2 penalty on the weights.',
    advanced: true,
  },
  {
    key: 'patience',
    type: 'integer',
    default: patience,
    min: 0,
    max: 100_000,
    help: 'Epochs without a better validation loss before training ends early; 0 never does.',
    advanced: true,
  },
  {
    key: 'validation_fraction',
    type: 'number',
    default: 0.15,
    min: 0,
    max: 0.9,
    help: 'Share of the rows that early stopping looks at.',
    advanced: true,
  },
  {
    key: 'test_fraction',
    type: 'number',
    default: 0.2,
    min: 0,
    max: 0.9,
    help: 'Share of the rows held out until the end.',
    advanced: true,
  },
  {
    key: 'task',
    type: 'choice',
    default: 'auto',
    choices: ['auto', 'classification', 'regression'],
    help: 'What kind of target it is; auto looks at the column.',
    advanced: true,
  },
  {
    key: 'exclude',
    type: 'text',
    default: '',
    help: 'Columns to leave out, separated by commas.',
    advanced: true,
  },
];

/** They read one table and need nothing that Lathe does not bring. */
const native: Pick<Template, 'kind' | 'inputs' | 'needs'> = {
  kind: 'native',
  inputs: [{ name: 'data', required: true }],
  needs: [],
};

/** What can be trained without a program. */
export const templates: readonly Template[] = [
  {
    id: 'softmax',
    title: 'Softmax regression',
    summary:
      'A linear model: quick, hard to beat on simple data, and the yardstick for anything bigger. On a numeric target it is linear regression.',
    ...native,
    parameters: [target, ...common({ epochs: 100, learningRate: 0.01, patience: 10 })],
  },
  {
    id: 'mlp',
    title: 'Multilayer perceptron',
    summary: 'A network of fully connected layers, for tables where a linear model is not enough.',
    ...native,
    parameters: [
      target,
      {
        key: 'hidden',
        type: 'integers',
        default: '256,128',
        help: 'Sizes of the hidden layers, separated by commas.',
        advanced: false,
      },
      {
        key: 'activation',
        type: 'choice',
        default: 'relu',
        choices: ['relu', 'tanh'],
        help: 'What each hidden unit does with its sum.',
        advanced: true,
      },
      ...common({ epochs: 100, learningRate: 0.002, patience: 15 }),
    ],
  },
];
