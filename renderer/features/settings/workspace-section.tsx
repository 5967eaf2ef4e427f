import type { SystemInfo } from '../../../app/contract/system.contract.ts';
import { CopyButton } from '../../components/copy-button.tsx';
import { Fact, Section } from './section.tsx';

/** The folder that holds everything. */
export function WorkspaceSection({ info }: { readonly info: SystemInfo }) {
  return (
    <Section title="Workspace">
      <Fact name="Folder" help="Everything is in here; copy it while Lathe is closed to back it up">
        <code>{info.workspace}</code>
        <CopyButton value={info.workspace} label="Copy the folder's path" />
      </Fact>
      <Fact name="Id">
        <code>{info.workspaceId}</code>
      </Fact>
      <Fact name="Schema">
        <code>{info.schemaVersion}</code>
      </Fact>
    </Section>
  );
}
