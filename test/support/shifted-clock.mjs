/** Loaded before a program (`--import`): its clock, in all its threads, is `LATHE_TEST_CLOCK_MS` ahead of the machine's. */
const aheadMs = Number(process.env.LATHE_TEST_CLOCK_MS);
const now = Date.now;
Date.now = () => now() + aheadMs;
