import { openParentChannel } from '../../native/parent-channel.ts';
import { runInferenceProcess } from '../interop/open-inference/inference-process.ts';

/** The process of entry `inference-server`: of its own, so that load on a model never makes the application stutter. */
const channel = openParentChannel();
channel.onClose(() => process.exit(0));
runInferenceProcess(channel);
