import { Modal } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import styles from './dialog.module.css';

interface DialogProps {
  readonly opened: boolean;
  /** A question, for what cannot be undone. */
  readonly title: string;
  readonly onClose: () => void;
  /** Width in pixels. */
  readonly size?: number;
  readonly children: ReactNode;
}

/** A dialog that keeps the focus, closes with Escape and gives the focus back. */
export function Dialog({ opened, title, onClose, size = 480, children }: DialogProps) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={title}
      size={size}
      yOffset={72}
      closeButtonProps={{ 'aria-label': 'Close', icon: <IconX size={16} stroke={1.5} aria-hidden /> }}
      classNames={{
        content: styles.content,
        header: styles.header,
        title: styles.title,
        body: styles.body,
        close: styles.close,
        overlay: styles.overlay,
      }}
      transitionProps={{ transition: 'fade', duration: 120 }}
    >
      {children}
    </Modal>
  );
}

/** The last line of a dialog: what it costs at the left, what to do at the right. */
export function DialogFooter({
  note,
  children,
}: {
  readonly note?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <footer className={styles.footer}>
      <span>{note}</span>
      {children}
    </footer>
  );
}
