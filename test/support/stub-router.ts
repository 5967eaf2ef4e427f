import { type AnyRouter, implement } from '@orpc/server';
import { contract, type Inputs, type Outputs } from '../../app/contract/index.ts';
import { AppError } from '../../app/kernel/app-error.ts';

type Domain = keyof Inputs & keyof Outputs;

interface Asked<Input> {
  readonly input: Input;
  readonly signal: AbortSignal | undefined;
}

/** Handlers for some procedures of the contract; what they throw and return is what the test is about. */
export type StubHandlers = {
  readonly [D in Domain]?: {
    readonly [P in keyof Inputs[D] & keyof Outputs[D]]?: (asked: Asked<Inputs[D][P]>) => unknown;
  };
};

interface Implementable {
  handler(answer: (asked: Asked<unknown>) => unknown): unknown;
}

type Given = Record<string, unknown> | ((asked: Asked<unknown>) => unknown) | undefined;

/** The whole contract, implemented: the given handlers, and NOT_FOUND for every other procedure. */
export function stubRouter(handlers: StubHandlers): AnyRouter {
  const implementer = implement(contract);
  const router = stubbed(contract, implementer as unknown as Group, handlers as Given, '');
  return implementer.router(router as unknown as Parameters<typeof implementer.router>[0]);
}

interface Group {
  readonly [name: string]: Group & Implementable;
}

/** @param given a handler that stands for a whole group answers for each of its procedures */
function stubbed(part: object, implementer: Group, given: Given, prefix: string): Record<string, unknown> {
  const router: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(part)) {
    const own = (typeof given === 'function' ? given : given?.[name]) as Given;
    if (!('~orpc' in inner)) router[name] = stubbed(inner, implementer[name]!, own, `${prefix}${name}.`);
    else {
      const missing = () => {
        throw new AppError('NOT_FOUND', `The stub has no ${prefix}${name}.`);
      };
      router[name] = implementer[name]!.handler(typeof own === 'function' ? own : missing);
    }
  }
  return router;
}
