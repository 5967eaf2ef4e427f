import { z } from 'zod';

/** What a program should do after an error: never repeat it, repeat it now, or repeat it later. */
export type Retry = 'never' | 'now' | 'later';

export interface ErrorKind {
  /** HTTP status on the OpenAPI and WebSocket surfaces. */
  readonly status: number;
  readonly retry: Retry;
  /** A short heading for a dialog or a terminal. */
  readonly title: string;
  /** The cure where the place that throws names no better one. */
  readonly nextStep: string;
  /** Exit code of the command line. */
  readonly exitCode: number;
}

function kind(status: number, retry: Retry, title: string, nextStep: string, exitCode = 1): ErrorKind {
  return { status, retry, title, nextStep, exitCode };
}

/**
 * Every declared fault, in one table. The wire, the exit codes, the screens and docs/errors.md are all made from it;
 * a test keeps them aligned. Anything that is not in here is a bug and reaches people as `BUG` with an incident id.
 */
export const errorTable = {
  INVALID_INPUT: kind(
    400,
    'never',
    'That value does not fit',
    'Change the value named in the message and try again.',
    2,
  ),
  UNAUTHORIZED: kind(
    401,
    'never',
    'No valid token',
    'Send the token that `lathe token` prints as "Authorization: Bearer <token>".',
    3,
  ),
  FORBIDDEN: kind(403, 'never', 'Refused', 'Open Lathe by the address that it printed.', 3),
  NOT_FOUND: kind(404, 'never', 'Not found', 'Check the name; a list command shows what there is.', 4),
  PATH_NOT_FOUND: kind(404, 'never', 'No such file or folder', 'Check the path for typing errors.', 4),
  ALREADY_EXISTS: kind(409, 'never', 'The name is taken', 'Choose another name.', 5),
  CONFLICT: kind(
    409,
    'never',
    'Not possible in this state',
    'Wait for the work in progress to end, or cancel it.',
    5,
  ),
  IN_USE: kind(409, 'never', 'Something depends on it', 'Remove what depends on it first.', 5),
  WORKSPACE_LOCKED: kind(
    409,
    'later',
    'The workspace is open elsewhere',
    'Use the running Lathe, or close it and try again.',
    6,
  ),
  WORKSPACE_TOO_NEW: kind(
    409,
    'never',
    'The workspace is newer than this Lathe',
    'Open it with the newer version of Lathe that made it.',
    6,
  ),
  WORKSPACE_DAMAGED: kind(
    500,
    'never',
    'The workspace is damaged',
    'Restore lathe.db from a backup; the objects folder is untouched.',
    6,
  ),
  PORT_TAKEN: kind(
    409,
    'never',
    'The port is taken',
    'Stop the program that listens there, or pass another --port.',
    7,
  ),
  TOO_LARGE: kind(413, 'never', 'Too large', 'Send less at once.', 2),
  PATH_UNREADABLE: kind(422, 'never', 'The file cannot be read', 'Give your user permission to read it.', 8),
  DATA_MALFORMED: kind(
    422,
    'never',
    'The data cannot be read',
    'Repair the place named in the message and import again.',
    8,
  ),
  CHECK_FAILED: kind(
    422,
    'never',
    'The data does not meet its expectations',
    'Correct the data, or change what is expected: `lathe data expect list NAME` shows it.',
    8,
  ),
  MODEL_INVALID: kind(
    422,
    'never',
    'The model cannot be used',
    'Export the model again and check that the file is complete.',
    8,
  ),
  TRAINING_IMPOSSIBLE: kind(
    422,
    'never',
    'This data cannot be trained on as asked',
    'Change the target column or the parameters.',
    8,
  ),
  UNSUPPORTED: kind(422, 'never', 'Not supported', 'Use one of the forms that the message names.', 8),
  NOT_READY: kind(503, 'later', 'Not ready yet', 'Try again in a moment.', 9),
  TARGET_FAILED: kind(502, 'now', 'The worker failed', 'Look at the log named in the message.', 9),
  PROGRAM_FAILED: kind(502, 'now', 'The program failed', 'Look at the end of its error output.', 9),
  ENVIRONMENT_FAILED: kind(
    502,
    'never',
    'The environment could not be made',
    'Look at the log for what is missing, correct the requirements or the image, and start it again.',
    9,
  ),
  OUT_OF_MEMORY: kind(507, 'never', 'Out of memory', 'Use smaller batches, or give the run more memory.', 9),
  GPU_OUT_OF_MEMORY: kind(
    507,
    'never',
    'Out of GPU memory',
    'Use smaller batches or a smaller model, or leave the GPU to this run alone.',
    9,
  ),
  GPU_LOST: kind(
    502,
    'later',
    'A GPU was lost',
    'Look at the driver (nvidia-smi); a restart often brings it back.',
    9,
  ),
  TIME_LIMIT: kind(504, 'never', 'The time limit was reached', 'Give it more time, or resume it.', 9),
  DISK_FULL: kind(507, 'later', 'The disk is full', 'Free some space; nothing that was saved is lost.', 10),
  STORAGE_FAILED: kind(
    500,
    'later',
    'The disk did not do as told',
    'Check the disk; nothing that was acknowledged is lost.',
    10,
  ),
  INTERRUPTED: kind(499, 'now', 'Interrupted', 'Run it again; it continues where that is possible.', 130),
  BUG: kind(
    500,
    'never',
    'Lathe made a mistake',
    'Report the incident id; logs/ in the workspace has the details.',
    70,
  ),
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof errorTable;

/** The facts that travel with an error beside its message. */
export const errorData = z.object({
  nextStep: z.string(),
  /** The offending field, value, path, line, limit or process id: whatever names the place. */
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).default({}),
  incidentId: z.string().optional(),
});
export type ErrorData = z.infer<typeof errorData>;

type ErrorMap = { readonly [Code in ErrorCode]: { status: number; message: string; data: typeof errorData } };

/** The same table in the form that oRPC's contract builder takes. */
export const errorMap = Object.fromEntries(
  Object.entries(errorTable).map(([code, { status, title }]) => [
    code,
    { status, message: title, data: errorData },
  ]),
) as unknown as ErrorMap;

/** What `--json` prints when a command fails. */
export interface ErrorDocument {
  readonly error: { readonly code: ErrorCode; readonly message: string; readonly nextStep: string };
}
