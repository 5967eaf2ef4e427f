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

/** The whole contract, implemented: the given handlers, and NOT_FOUND for every other procedure. */
export function stubRouter(handlers: StubHandlers): AnyRouter {
  const implementer = implement(contract);
  const router: Record<string, Record<string, unknown>> = {};
  for (const [domain, procedures] of Object.entries(contract)) {
    router[domain] = {};
    for (const name of Object.keys(procedures)) {
      const given = (handlers as Record<string, Record<string, (asked: Asked<unknown>) => unknown>>)[
        domain
      ]?.[name];
      const procedure = (implementer as unknown as Record<string, Record<string, Implementable>>)[domain]?.[
        name
      ];
      router[domain][name] = procedure?.handler(
        given ??
          (() => {
            throw new AppError('NOT_FOUND', `The stub has no ${domain}.${name}.`);
          }),
      );
    }
  }
  return implementer.router(router as unknown as Parameters<typeof implementer.router>[0]);
}
