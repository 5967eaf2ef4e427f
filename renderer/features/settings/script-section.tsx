import type { SystemInfo } from '../../../app/contract/system.contract.ts';
import { CopyButton } from '../../components/copy-button.tsx';
import { Fact, Section } from './section.tsx';
import styles from './settings.module.css';

/** How programs reach what the screens show. */
export function ScriptSection({ info }: { readonly info: SystemInfo }) {
  const root = info.applicationUrl?.replace(/\/$/, '') ?? null;
  const call = `curl -H "Authorization: Bearer $(lathe token)" ${root ?? 'http://127.0.0.1:4780'}/api/v1/runs`;
  return (
    <Section title="Use it from a script">
      <Fact
        name="HTTP"
        help={
          root
            ? 'Every call of the screens; described at /api/v1/openapi.json'
            : 'Start "lathe serve" to get one'
        }
      >
        {root ? (
          <>
            <code>{root}/api/v1</code>
            <CopyButton value={`${root}/api/v1`} label="Copy the address" />
          </>
        ) : (
          'this window listens on no port'
        )}
      </Fact>
      <Fact name="Inference" help="Open Inference Protocol v2">
        {info.inferenceUrl ? (
          <>
            <code>{info.inferenceUrl}</code>
            <CopyButton value={info.inferenceUrl} label="Copy the address" />
          </>
        ) : (
          'nothing is served at the moment'
        )}
      </Fact>
      <Fact
        name="Token"
        help="Prints the word that every call must carry; whoever has it can do everything you can"
      >
        <code>lathe token</code>
        <CopyButton value="lathe token" label="Copy the command" />
      </Fact>
      {root ? (
        <Fact name="Example">
          <pre className={styles.call}>{call}</pre>
          <CopyButton value={call} label="Copy the example" />
        </Fact>
      ) : null}
      <Fact name="Command line" help="Everything the screens do; --json for programs">
        <code>lathe run list</code>
      </Fact>
    </Section>
  );
}
