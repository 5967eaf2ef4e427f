import { Component, type ReactNode } from 'react';
import { Button } from '../components/button.tsx';
import { CopyButton } from '../components/copy-button.tsx';
import styles from './frame.module.css';

interface Fault {
  readonly error: Error | null;
}

/** Keeps the frame when a page fails, and offers to open it again. */
export class PageBoundary extends Component<{ readonly children: ReactNode }, Fault> {
  override state: Fault = { error: null };

  static getDerivedStateFromError(error: unknown): Fault {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <div className={styles.pane} role="alert">
        <h1>This page failed</h1>
        <p>
          Lathe made a mistake while drawing it. Runs and data are untouched, and the other pages work. It
          said: <code>{error.message}</code>
        </p>
        <div style={{ display: 'flex', gap: 8, alignItems: 'center' }}>
          <Button onClick={() => this.setState({ error: null })}>Open it again</Button>
          <CopyButton value={`${error.message}\n${error.stack ?? ''}`} label="Copy details" words />
        </div>
      </div>
    );
  }
}
