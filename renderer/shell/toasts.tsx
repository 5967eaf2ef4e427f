import { IconX } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { Button, IconButton } from '../components/button.tsx';
import { type Toast, useToasts } from '../components/notify.ts';
import styles from './frame.module.css';

const shownMs = 5000;

/** Short notices at the bottom right. They stay while the pointer or the focus is on them. */
export function Toasts() {
  const shown = useToasts((toasts) => toasts.shown);
  return (
    <div className={styles.toasts} role="status">
      {shown.map((toast) => (
        <OneToast key={toast.id} toast={toast} />
      ))}
    </div>
  );
}

function OneToast({ toast }: { readonly toast: Toast }) {
  const dismiss = useToasts((toasts) => toasts.dismiss);
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => dismiss(toast.id), shownMs * (toast.failed ? 2 : 1));
    return () => clearTimeout(timer);
  }, [held, toast, dismiss]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: being looked at only keeps it on screen
    <div
      className={styles.toast}
      data-failed={toast.failed || undefined}
      onMouseEnter={() => setHeld(true)}
      onMouseLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <span>{toast.message}</span>
      {toast.undo ? (
        <Button
          size="small"
          onClick={() => {
            dismiss(toast.id);
            toast.undo?.();
          }}
        >
          Undo
        </Button>
      ) : null}
      <IconButton label="Close" onClick={() => dismiss(toast.id)}>
        <IconX size={14} stroke={1.6} aria-hidden />
      </IconButton>
    </div>
  );
}
