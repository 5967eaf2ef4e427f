import { implement } from '@orpc/server';
import { sampleContract } from '../../contract/sample.contract.ts';
import type { Sample } from './sample.service.ts';

export function sampleRouter(sample: Sample) {
  const os = implement(sampleContract);
  return os.router({
    start: os.start.handler(() => sample.start()),
    watch: os.watch.handler(({ signal }) => sample.watch(signal)),
  });
}
