import type { Clues, Finding } from './clues.ts';
import { lastWords } from './clues.ts';
import { quoted } from './words.ts';

interface Cause {
  readonly words: RegExp;
  /** @param found the first group of `words` that matched */
  readonly what: (found: string) => string;
  readonly nextStep: string;
}

const OFFLINE =
  'Connect the machine, or put the packages or the image on it: pip and uv take wheels from a folder (PIP_FIND_LINKS, UV_FIND_LINKS), Docker takes "imageArchive".';

/** First match wins: without a network pip also says that there is no such package. */
const causes: readonly Cause[] = [
  {
    words:
      /(Temporary failure in name resolution|Name or service not known|getaddrinfo failed|Network is unreachable|Failed to establish a new connection|Could not resolve host|dns error|no such host|error sending request for url|Connection refused|Client\.Timeout exceeded|TLS handshake timeout)/i,
    what: () => 'something could not be downloaded',
    nextStep: OFFLINE,
  },
  {
    words:
      /(?:No matching distribution found for|Could not find a version that satisfies the requirement) ([^\s(]+)/,
    what: (found) => `there is no package ${found} for this Python`,
    nextStep:
      'Check its name and version in the recipe’s requirements, and whether it is made for this version of Python.',
  },
  {
    words: /Because ([\w.-]+) was not found in the (?:package registry|provided package locations)/,
    what: (found) => `there is no package ${found}`,
    nextStep: 'Check its name in the recipe’s requirements.',
  },
  {
    words: /(No solution found when resolving dependencies|ResolutionImpossible|conflicting dependencies)/,
    what: () => 'the requirements contradict each other',
    nextStep: 'Loosen the versions that the log names in the recipe’s requirements.',
  },
  {
    words:
      /(?:Failed building wheel for|Failed to build(?: installable wheels for)?|failed to build) `?([\w.=-]+)/i,
    what: (found) => `the package ${found} could not be built`,
    nextStep:
      'Choose a version that comes ready-made for this Python, or install the compilers that the log asks for.',
  },
  {
    words: /(ensurepip is not available|No module named '?(?:venv|ensurepip)\b'?)/,
    what: () => 'this Python cannot make virtual environments',
    nextStep: 'Install its venv module (on Debian and Ubuntu: python3-venv), or install uv.',
  },
  {
    words:
      /(?:No interpreter found for|Could not find (?:a )?)\s*Python ([\w.*>=<]+)|python([\d.]+): (?:command )?not found/i,
    what: (found) => `there is no Python ${found} on this machine`,
    nextStep: 'Install it, or name another under "python" in the recipe’s environment.',
  },
  {
    words: /(?:EnvironmentNameNotFound|EnvironmentLocationNotFound): .*: (\S+)/,
    what: (found) => `there is no conda environment ${found}`,
    nextStep:
      'Make it, or name another under "python" in the recipe’s environment; `conda env list` shows what there is.',
  },
  {
    words:
      /pull access denied for ([^\s,]+)|manifest for (\S+) not found|No such image: (\S+)|(manifest unknown)/i,
    what: (found) => (found === 'manifest unknown' ? 'there is no such image' : `there is no image ${found}`),
    nextStep: 'Check its name and tag, sign in to its registry, or name an archive of it as "imageArchive".',
  },
  {
    words: /returned a non-zero code: (\d+)|did not complete successfully: exit code: (\d+)/,
    what: (found) => `a step of the Dockerfile ended with exit code ${found}`,
    nextStep: 'Look in the log for the step that failed, and correct the Dockerfile.',
  },
];

/** The program never began: what it needs could not be made ready. */
export function environmentFailed({ exit, stderrLines, stdoutLines, lastLine }: Clues): Finding | null {
  if (exit.cause !== 'environment') return null;
  const text = [...stdoutLines, ...stderrLines].join('\n');
  for (const { words, what, nextStep } of causes) {
    const match = words.exec(text);
    if (!match) continue;
    const found = match.slice(1).find((group) => group !== undefined) ?? '';
    return {
      code: 'ENVIRONMENT_FAILED',
      what: `did not start because ${what(found)}`,
      nextStep,
      details: { words: quoted(match[0]) },
    };
  }
  const errors = [...stdoutLines, ...stderrLines].filter((line) => /\b(error|failed|cannot)\b/i.test(line));
  const said = lastWords(errors) ?? lastLine;
  return {
    code: 'ENVIRONMENT_FAILED',
    what: `did not start because its environment could not be made${said === null ? '' : `: ${quoted(said)}`}`,
    nextStep:
      'Look in its log for what is missing, correct the requirements or the image, and start it again.',
  };
}
