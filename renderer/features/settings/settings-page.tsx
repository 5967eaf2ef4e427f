import { useQuery } from '@tanstack/react-query';
import { orpc } from '../../client/orpc.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { AboutSection } from './about-section.tsx';
import { AppearanceSection } from './appearance-section.tsx';
import { AuditLog } from './audit-log.tsx';
import { MachineSection } from './machine-section.tsx';
import { ScriptSection } from './script-section.tsx';
import styles from './settings.module.css';
import { WorkspaceSection } from './workspace-section.tsx';

/** How the page looks, where the work lies, how much runs at once, how programs reach it, and what happened. */
export function SettingsPage() {
  const info = useQuery(orpc.system.info.queryOptions());
  return (
    <>
      <PageHeader title="Settings" facts={info.data ? `Lathe ${info.data.version}` : null} />
      {info.error ? <ErrorNotice error={info.error} onRetry={() => info.refetch()} /> : null}
      <div className={styles.page}>
        <div className={styles.sections}>
          <AppearanceSection />
          <MachineSection />
          {info.data ? (
            <>
              <WorkspaceSection info={info.data} />
              <ScriptSection info={info.data} />
              <AboutSection info={info.data} />
            </>
          ) : null}
        </div>
        <AuditLog />
      </div>
    </>
  );
}
