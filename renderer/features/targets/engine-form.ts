import { objectName } from '../../../app/contract/ids.ts';
import { type EngineAddress, engineAddress } from '../../../app/contract/targets.contract.ts';

/** How an engine is reached. */
export type EngineWay = 'usual' | 'socket' | 'tcp' | 'ssh';

/** What was typed about an engine. */
export interface EngineTexts {
  readonly name: string;
  readonly way: EngineWay;
  /** A path, `host:port` or `user@host`, without what stands before it in an address. */
  readonly place: string;
  readonly tls: boolean;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  readonly shared: 'auto' | 'yes' | 'no';
}

export const emptyEngine: EngineTexts = {
  name: '',
  way: 'socket',
  place: '',
  tls: true,
  ca: '',
  cert: '',
  key: '',
  shared: 'auto',
};

const schemes: Readonly<Record<EngineWay, string>> = {
  usual: '',
  socket: 'unix://',
  tcp: 'tcp://',
  ssh: 'ssh://',
};

export type EngineKey = 'name' | 'place' | 'ca' | 'cert' | 'key';

/** The engine as the core takes it, or what does not fit. */
export function readEngine(texts: EngineTexts): {
  readonly name: string;
  readonly engine: EngineAddress;
  readonly problems: Readonly<Partial<Record<EngineKey, string>>>;
} {
  const problems: Partial<Record<EngineKey, string>> = {};
  const name = texts.name.trim();
  if (!objectName.safeParse(name).success) {
    problems.name = name === '' ? 'Give it a name.' : 'Letters, digits, spaces, ".", "_" and "-" only.';
  }
  const scheme = schemes[texts.way];
  const place = texts.place.trim().replace(scheme, '');
  if (texts.way === 'socket' && !place.startsWith('/')) {
    problems.place =
      place === ''
        ? 'Name the socket.'
        : `“${place}” is no path from the root. Write one as /run/podman/podman.sock.`;
  }
  if (texts.way === 'tcp' && !/^[^\s/:]+:\d+$/.test(place)) {
    problems.place =
      place === '' ? 'Name the machine and the port.' : `“${place}” has no port. Write it as bench-2:2376.`;
  }
  if (texts.way === 'ssh' && !/^([^\s@]+@)?[^\s@/]+$/.test(place)) {
    problems.place =
      place === '' ? 'Name the machine.' : `“${place}” is no machine. Write it as ana@bench-2.`;
  }
  const encrypted = texts.way === 'tcp' && texts.tls;
  for (const key of ['ca', 'cert', 'key'] as const) {
    if (encrypted && texts[key].trim() === '') problems[key] = 'Name the PEM file.';
  }
  const engine: EngineAddress = {
    host: texts.way === 'usual' ? null : `${scheme}${place}`,
    tls: encrypted ? { ca: texts.ca.trim(), cert: texts.cert.trim(), key: texts.key.trim() } : null,
    shared: texts.shared === 'auto' ? null : texts.shared === 'yes',
  };
  if (!problems.place && !engineAddress.safeParse(engine).success)
    problems.place = 'This is no address of an engine.';
  return { name, engine, problems };
}

/** An engine's address for people. */
export function engineWords(engine: EngineAddress | null): string {
  if (!engine) return '';
  const host = engine.host ?? 'the usual engine of this machine';
  return `${host}${engine.tls ? ', TLS' : ''}`;
}
