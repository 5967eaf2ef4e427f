import { Suspense, useEffect, useRef } from 'react';
import { ImportDialog } from '../features/data/import-dialog.tsx';
import { TrainDialog } from '../features/train/train-dialog.tsx';
import { TransferDialog } from '../features/transfer/transfer-dialog.tsx';
import { expectArrival } from './arrival.ts';
import { ConnectionBanner } from './connection-banner.tsx';
import { features } from './features.tsx';
import { findPage } from './find-page.ts';
import styles from './frame.module.css';
import { NotFound } from './not-found.tsx';
import { PageBoundary } from './page-boundary.tsx';
import { Palette } from './palette.tsx';
import { Rail } from './rail.tsx';
import { usePathname } from './router.ts';
import { ShortcutsDialog } from './shortcuts-dialog.tsx';
import { StatusBar } from './status-bar.tsx';
import { Toasts } from './toasts.tsx';
import { TopBar } from './top-bar.tsx';
import { useShellKeys } from './use-shell-keys.ts';

/** What stands around every page. A fault inside a page leaves it standing. */
export function Frame() {
  const pathname = usePathname();
  const found = findPage(features, pathname);
  const before = useRef(pathname);
  useShellKeys();
  if (before.current !== pathname) {
    before.current = pathname;
    expectArrival();
  }
  useEffect(() => {
    if (found === null) document.title = 'Not found – Lathe';
  }, [found]);
  return (
    <div className={styles.frame}>
      <a className={styles.skip} href="#page">
        Skip to the page
      </a>
      <TopBar feature={found?.feature ?? null} pathname={pathname} />
      <Rail current={found?.feature ?? null} />
      <main id="page" className={styles.page} tabIndex={-1}>
        <ConnectionBanner />
        <PageBoundary key={pathname}>
          <Suspense fallback={<p className={styles.waiting}>Opening</p>}>
            {found?.page ?? <NotFound />}
          </Suspense>
        </PageBoundary>
      </main>
      <StatusBar />
      <Palette />
      <ShortcutsDialog />
      <TrainDialog />
      <ImportDialog />
      <TransferDialog />
      <Toasts />
    </div>
  );
}
