import { IconX } from '@tabler/icons-react';
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { IconButton } from './button.tsx';
import styles from './dialog.module.css';

interface DialogProps {
  readonly opened: boolean;
  /** A question, where there is something to decide. */
  readonly title: string;
  readonly onClose: () => void;
  /** Width in pixels. */
  readonly size?: number;
  readonly children: ReactNode;
}

/** What takes the focus where nothing asks for it: the first control under the head. */
const firstControl = 'input:enabled, select:enabled, textarea:enabled, div + div button:enabled';

/** The browser's own modal dialog: it holds the focus, gives it back, and closes on Escape. */
export function Dialog({ opened, title, onClose, size = 480, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const { current } = dialog;
    if (!opened || !current || current.open) return;
    const before = document.activeElement;
    current.showModal();
    const first =
      current.querySelector<HTMLElement>('[data-autofocus]') ??
      current.querySelector<HTMLElement>(firstControl);
    first?.focus();
    return () => {
      // React takes the element away before the browser could give the focus back.
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, [opened]);
  if (!opened) return null;
  return (
    <dialog
      ref={dialog}
      className={styles.dialog}
      style={{ width: size }}
      aria-labelledby={heading}
      onClose={onClose}
      onMouseDown={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      <div className={styles.head}>
        <h2 id={heading}>{title}</h2>
        <IconButton label="Close" onClick={onClose}>
          <IconX size={16} stroke={1.5} aria-hidden />
        </IconButton>
      </div>
      <div className={styles.body}>{children}</div>
    </dialog>
  );
}

interface DialogFooterProps {
  /** What it costs or what depends on it. */
  readonly note?: ReactNode;
  readonly children: ReactNode;
}

/** The last line of a dialog: what it costs at the left, what to do at the right. */
export function DialogFooter({ note, children }: DialogFooterProps) {
  return (
    <footer className={styles.footer}>
      <span>{note}</span>
      {children}
    </footer>
  );
}
