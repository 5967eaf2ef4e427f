import type { Clues, Finding, Rule } from './clues.ts';
import { crashPlace } from './python-error.ts';
import { quoted } from './words.ts';

/** Packages whose name differs from what is imported. */
const PACKAGES: Readonly<Record<string, string>> = {
  bs4: 'beautifulsoup4',
  cv2: 'opencv-python-headless',
  dateutil: 'python-dateutil',
  dotenv: 'python-dotenv',
  PIL: 'pillow',
  skimage: 'scikit-image',
  sklearn: 'scikit-learn',
  yaml: 'pyyaml',
};

/** What a signal means to people. SIGKILL has a rule of its own. */
const SIGNALS: Readonly<Record<string, readonly [what: string, nextStep: string]>> = {
  SIGSEGV: [
    'crashed: it reached for memory that is not its own (SIGSEGV)',
    'A compiled package is to blame more often than the program: look for versions that do not fit each other; PYTHONFAULTHANDLER=1 under "variables" shows the line.',
  ],
  SIGBUS: [
    'crashed: memory that it had mapped was gone (SIGBUS)',
    'A file was cut short while it was read, or /dev/shm or the disk is full: raise "shm" under "resources", or free some space.',
  ],
  SIGABRT: [
    'gave up by itself (SIGABRT)',
    'Look at the end of its error output for the check that failed in a compiled package.',
  ],
  SIGILL: [
    'used an instruction that this processor does not have (SIGILL)',
    'Install builds of its packages that are made for this processor.',
  ],
  SIGFPE: ['divided whole numbers by zero (SIGFPE)', 'Look at the end of its error output for where.'],
  SIGTERM: [
    'was asked to end from outside (SIGTERM)',
    'Run it again, or resume it from its last checkpoint.',
  ],
  SIGINT: ['was interrupted from outside (SIGINT)', 'Run it again, or resume it from its last checkpoint.'],
  SIGHUP: [
    'was ended as its terminal or session closed (SIGHUP)',
    'Run it again, or resume it from its last checkpoint.',
  ],
  SIGXCPU: [
    'used up the processor time that the system allows (SIGXCPU)',
    'Raise the limit with `ulimit -t`.',
  ],
  SIGXFSZ: ['wrote a larger file than the system allows (SIGXFSZ)', 'Raise the limit with `ulimit -f`.'],
};

export const missingModule: Rule = ({ error, target }) => {
  if (!error || !/^(ModuleNotFoundError|ImportError)$/.test(error.type)) return null;
  const module = /No module named '?([\w.]+)'?/.exec(error.message)?.[1];
  if (module === undefined) return null;
  const top = module.split('.')[0]!;
  const name = PACKAGES[top] ?? top;
  const elsewhere =
    target === 'docker' ? 'use an image that has it' : 'install it into the Python that runs it';
  return failed(
    `lacks the Python module "${module}"${at(error.place)}`,
    `Add ${name} to "requirements" under "environment" in the recipe, or ${elsewhere}. If it is a file of yours, check that it lies in the code folder.`,
    { module, place: error.place },
  );
};

export const missingLibrary: Rule = ({ text }) => {
  const library =
    /(?:error while loading shared libraries: |ImportError: )(\S+?\.so[\w.]*): cannot open shared object file/.exec(
      text,
    )?.[1];
  return library === undefined
    ? null
    : failed(
        `lacks the system library ${library}`,
        'Install the system package that has it, or use an image that does.',
        { library },
      );
};

/** What argparse, click and their kin say of a command line, with exit code 2. */
export const wrongArguments: Rule = ({ exitCode, error, stderrLines, stdoutLines }) => {
  if (exitCode !== 2 || error) return null;
  for (const line of [...stderrLines, ...stdoutLines].toReversed()) {
    const said = /^(?:[^\s:]+(?: [\w-]+)*: error|Error|error): (.+)$/.exec(line.trim())?.[1];
    if (said === undefined) continue;
    const parameter =
      /(?:argument |option:? |for |arguments?: |required: |unexpected argument )'?(?:-\w[/, ]+)?(-{0,2}[\w][\w.-]*)/i.exec(
        said,
      )?.[1] ?? null;
    const unknown = /unrecognized|No such option|unexpected argument/i.test(said);
    const key = parameter?.replace(/^-+/, '') ?? null;
    return failed(
      `did not understand its command line: ${quoted(said)}`,
      key === null
        ? 'Correct the command or the parameters in the recipe.'
        : unknown
          ? `The program has no parameter "${key}": take it out of the recipe, or correct its spelling.`
          : `Correct the parameter "${key}" in the recipe or with -p ${key}=VALUE.`,
      { parameter: key },
    );
  }
  return null;
};

export const commandNotFound: Rule = ({ exitCode, text }) => {
  if (exitCode !== 127) return null;
  const command =
    (/exec: "([^"]+)"/.exec(text) ??
      /(?:^|: )([^\s:]+): (?:command )?not found/m.exec(text) ??
      /env: ['‘]?([^\s:'’]+)['’]?: No such file/.exec(text))?.[1] ?? null;
  return failed(
    `could not be started: there is no command${command === null ? ' of that name' : ` "${command}"`}`,
    'Check the first word of "command" in the recipe; what a package installs is found in the environment that has the package.',
    { command },
  );
};

export const commandNotExecutable: Rule = ({ exitCode, lastLine }) =>
  exitCode === 126
    ? failed(
        `could not be started: its command may not be executed${lastLine === null ? '' : ` (${quoted(lastLine)})`}`,
        'Make the file executable (chmod +x), or start it with its interpreter: "python script.py", "sh script.sh".',
      )
    : null;

export const scriptNotFound: Rule = ({ exitCode, text }) => {
  const script = exitCode === 2 ? /can't open file '([^'\n]+)'/.exec(text)?.[1] : undefined;
  return script === undefined
    ? null
    : failed(
        `could not be started: there is no file "${script}"`,
        'Check the path in "command"; it is relative to the code folder, of which .gitignore and .latheignore leave files out.',
        { path: script },
      );
};

export const pythonError: Rule = ({ error }) => {
  if (!error) return null;
  const { type, message, place } = error;
  const words = message === '' ? type : `${type}: ${message}`;
  return failed(
    `ended with ${quoted(words)}${at(place)}`,
    place === null
      ? 'Look at the end of its error output.'
      : `Look at ${place}; its error output shows how it came there.`,
    { error: type, place },
  );
};

export const otherSignal: Rule = ({ signal, stderrLines, stdoutLines }) => {
  if (signal === null) return null;
  const [what, nextStep] = SIGNALS[signal] ?? [
    `was ended by the signal ${signal}`,
    'Look at the end of its error output.',
  ];
  const place = crashPlace(stderrLines) ?? crashPlace(stdoutLines);
  return failed(what + at(place), nextStep, { place });
};

/** Whatever it was, its exit code and its last words are known. */
export function endedBadly({ exitCode, lastLine }: Clues): Finding {
  const code = exitCode === null ? 'without an exit code' : `with exit code ${exitCode}`;
  const words = lastLine === null ? ' and said nothing' : `; its last words were "${quoted(lastLine)}"`;
  return failed(`ended ${code}${words}`, 'Look at the end of its output.');
}

function failed(what: string, nextStep: string, details: NonNullable<Finding['details']> = {}): Finding {
  return { code: 'PROGRAM_FAILED', what, nextStep, details };
}

function at(place: string | null): string {
  return place === null ? '' : ` (${place})`;
}
