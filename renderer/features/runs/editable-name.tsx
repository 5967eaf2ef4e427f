import { useState } from 'react';
import styles from './runs.module.css';

interface EditableNameProps {
  readonly name: string;
  readonly onRename: (name: string) => void;
}

/** A name that becomes a field when it is pressed. Enter keeps the change, Escape drops it. */
export function EditableName({ name, onRename }: EditableNameProps) {
  const [text, setText] = useState<string | null>(null);
  if (text === null) {
    return (
      <button type="button" className={styles.name} title="Rename" onClick={() => setText(name)}>
        {name}
      </button>
    );
  }
  const finish = () => {
    const trimmed = text.trim();
    if (trimmed !== '' && trimmed !== name) onRename(trimmed);
    setText(null);
  };
  return (
    <input
      className={styles.nameField}
      aria-label="Name"
      // biome-ignore lint/a11y/noAutofocus: the field replaces the button that was pressed
      autoFocus
      maxLength={200}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={finish}
      onKeyDown={(event) => {
        if (event.key === 'Enter') finish();
        if (event.key === 'Escape') setText(null);
      }}
    />
  );
}
