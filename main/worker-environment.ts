/** What a worker needs of the environment. Everything else stays out: tokens and keys live in there too often. */
const passedOn =
  /^(PATH|HOME|USER|USERPROFILE|APPDATA|LOCALAPPDATA|LANG|LC_\w+|TZ|TMPDIR|TEMP|TMP|SystemRoot|LD_LIBRARY_PATH|CUDA_\w+|NODE_COMPILE_CACHE|OMP_\w+)$/i;

/** The environment for a process that handles other people's files. */
export function workerEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => passedOn.test(entry[0]) && entry[1] !== undefined,
    ),
  );
}
