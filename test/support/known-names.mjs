// Preloaded by tests that interrupt a program at files whose names are made up: here they can be told before. LATHE_TEST_NAMES is what they
// begin with; then come the thread and how many names it had made.
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { threadId } from 'node:worker_threads';

let made = 0;
crypto.randomUUID = () => `${process.env.LATHE_TEST_NAMES}-${threadId}-${++made}`;
syncBuiltinESMExports();
