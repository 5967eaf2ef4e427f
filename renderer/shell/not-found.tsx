import { Button } from '../components/button.tsx';
import styles from './frame.module.css';
import { navigate, usePathname } from './router.ts';

/** A path without a page. */
export function NotFound() {
  const pathname = usePathname();
  return (
    <div className={styles.pane}>
      <h1>There is no page here</h1>
      <p>
        <code>{pathname}</code> is none of the pages. The address may be mistyped, or what it showed has
        another name now.
      </p>
      <Button onClick={() => navigate('/')}>Go to Home</Button>
    </div>
  );
}
