import type { SampleStep } from '../../contract/sample.contract.ts';
import { Live } from '../../kernel/live.ts';

const titles: readonly (readonly [SampleStep['id'], string])[] = [
  ['import', 'Import 1,797 handwritten digits'],
  ['train-softmax', 'Train a softmax regression'],
  ['train-mlp', 'Train a multilayer perceptron'],
  ['compare', 'Compare them on the held-out images'],
  ['register', 'Register the better as digits@champion'],
  ['serve', 'Serve it on this machine'],
  ['predict', 'Predict ten held-out images'],
];

/** The steps of the sample as a person watches them. */
export class SampleSteps {
  readonly #live = new Live<SampleStep[]>();
  #steps: SampleStep[] = titles.map(([id, title]) => ({
    id,
    title,
    state: 'waiting',
    href: null,
    detail: '',
    progress: null,
  }));

  /** The steps now and whenever they change; now is the moment of the first look, not of the call. */
  async *watch(signal: AbortSignal | undefined): AsyncGenerator<SampleStep[], void, void> {
    yield* this.#live.iterate(signal, { first: [this.#steps], capacity: 8 });
  }

  reset(): void {
    this.#publish(
      this.#steps.map((step) => ({ ...step, state: 'waiting', href: null, detail: '', progress: null })),
    );
  }

  change(id: SampleStep['id'], change: Partial<Omit<SampleStep, 'id' | 'title'>>): void {
    this.#publish(this.#steps.map((step) => (step.id === id ? { ...step, ...change } : step)));
  }

  /** Whatever was running has not come to its end. */
  fail(detail: string): void {
    this.#publish(
      this.#steps.map((step) =>
        step.state === 'running' ? { ...step, state: 'failed', detail, progress: null } : step,
      ),
    );
  }

  #publish(steps: SampleStep[]): void {
    this.#steps = steps;
    this.#live.emit(steps);
  }
}
