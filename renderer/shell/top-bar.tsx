import { IconContrast2, IconKeyboard, IconSearch } from '@tabler/icons-react';
import { IconButton } from '../components/button.tsx';
import { KeyCap } from '../components/key-cap.tsx';
import { useAppearance } from './appearance.store.ts';
import type { Feature } from './features.tsx';
import styles from './frame.module.css';
import { useOverlays } from './overlays.store.ts';
import { ProjectMenu } from './project-menu.tsx';
import { Link } from './router.ts';
import { useCrumb } from './use-crumb.ts';

interface TopBarProps {
  readonly feature: Feature | null;
  readonly pathname: string;
}

/** The project, where one is in it, and the way to everything else. */
export function TopBar({ feature, pathname }: TopBarProps) {
  const { set } = useOverlays();
  const { resolved, setTheme } = useAppearance();
  return (
    <header className={styles.top}>
      <ProjectMenu />
      <Crumb feature={feature} pathname={pathname} />
      <button type="button" className={styles.find} onClick={() => set({ palette: true })}>
        <IconSearch size={14} stroke={1.6} aria-hidden />
        Search or run a command
        <KeyCap>Ctrl K</KeyCap>
      </button>
      <div className={styles.tools}>
        <IconButton
          label={resolved === 'dark' ? 'Switch to light' : 'Switch to dark'}
          onClick={() => setTheme(resolved === 'dark' ? 'light' : 'dark')}
        >
          <IconContrast2 size={16} stroke={1.5} aria-hidden />
        </IconButton>
        <IconButton label="Keyboard shortcuts (?)" onClick={() => set({ shortcuts: true })}>
          <IconKeyboard size={16} stroke={1.5} aria-hidden />
        </IconButton>
      </div>
    </header>
  );
}

function Crumb({ feature, pathname }: TopBarProps) {
  const object = useCrumb(pathname);
  return (
    <nav className={styles.crumb} aria-label="Breadcrumb">
      <ol>
        {feature === null ? (
          <li aria-current="page">Not found</li>
        ) : object === null ? (
          <li aria-current="page">{feature.title}</li>
        ) : (
          <>
            <li>
              <Link to={feature.path}>{feature.title}</Link>
            </li>
            <li>
              <span aria-current="page">{object}</span>
            </li>
          </>
        )}
      </ol>
    </nav>
  );
}
