import { oc } from '@orpc/contract';
import { errorMap } from './errors.ts';

/** Every procedure of the contract starts here, so that every one declares the same table of errors. */
export const procedure = oc.errors(errorMap);
