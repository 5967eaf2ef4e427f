import type { SystemInfo } from '../../../app/contract/system.contract.ts';
import { TimeText } from '../../components/time-text.tsx';
import { Fact, Section } from './section.tsx';

/** What runs here, for reports. */
export function AboutSection({ info }: { readonly info: SystemInfo }) {
  return (
    <Section title="About">
      <Fact name="Lathe">
        <code>{info.version}</code>, {info.host === 'electron' ? 'desktop' : 'headless host'}
      </Fact>
      <Fact name="Platform">
        <code>
          {info.platform}, Node {info.nodeVersion}
        </code>
      </Fact>
      <Fact name="Running since">
        <TimeText at={info.startedAt} />
      </Fact>
    </Section>
  );
}
