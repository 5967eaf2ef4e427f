import { implement } from '@orpc/server';
import { transferContract } from '../../../contract/transfer.contract.ts';
import type { Transfer } from './transfer.service.ts';

export function transferRouter(transfer: Transfer) {
  const os = implement(transferContract);
  return os.router({
    formats: os.formats.handler(() => transfer.formats()),
    inspect: os.inspect.handler(({ input, signal }) => transfer.inspect(input, signal)),
    import: os.import.handler(({ input }) => transfer.import(input)),
    export: os.export.handler(({ input }) => transfer.export(input)),
  });
}
