import type { ButtonHTMLAttributes, ComponentProps, ReactNode } from 'react';
import styles from './button.module.css';
import { KeyCap } from './key-cap.tsx';

interface ButtonProps extends ComponentProps<'button'> {
  /** At most one primary button on a page. `danger` is for what takes something away. */
  readonly variant?: 'primary' | 'secondary' | 'quiet' | 'danger';
  readonly size?: 'small' | 'default' | 'large';
  readonly icon?: ReactNode;
  /** The key that does the same, shown beside the words. */
  readonly keyCap?: string;
}

/** A button with words. Its words are a verb. */
export function Button({
  variant = 'secondary',
  size = 'default',
  icon,
  keyCap,
  children,
  className,
  type = 'button',
  ...rest
}: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      data-variant={variant}
      data-size={size}
      className={[styles.button, className].filter(Boolean).join(' ')}
    >
      {icon}
      {children}
      {keyCap ? <KeyCap>{keyCap}</KeyCap> : null}
    </button>
  );
}

interface IconButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'aria-label' | 'title'> {
  /** Its name for everybody: the tooltip, and what a screen reader says. */
  readonly label: string;
}

/** A button without words, for copy, search, close, stop and the like. */
export function IconButton({ label, className, children, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      aria-label={label}
      title={label}
      className={[styles.iconButton, className].filter(Boolean).join(' ')}
    >
      {children}
    </button>
  );
}
