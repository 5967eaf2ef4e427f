// biome-ignore-all lint/a11y/useSemanticElements: the options are of a list that completes a field
import { type KeyboardEvent, type RefObject, useId, useLayoutEffect, useRef, useState } from 'react';
import { completeSql, type SqlOption, type SqlTable } from './complete-sql.ts';
import styles from './sql.module.css';

interface SqlEditorProps {
  readonly editor: RefObject<HTMLTextAreaElement | null>;
  readonly text: string;
  readonly tables: readonly SqlTable[];
  readonly onChange: (text: string) => void;
  readonly onRun: () => void;
}

const leastLines = 6;
const mostLines = 18;

/** A query as it is written. Names and columns are offered while it is typed; Tab or Enter takes one, Escape closes. Ctrl Enter runs. */
export function SqlEditor({ editor, text, tables, onChange, onRun }: SqlEditorProps) {
  const [cursor, setCursor] = useState<number | null>(null);
  const [chosen, setChosen] = useState(0);
  const id = useId();
  /** Where the cursor stands behind an option that was taken: it has to be there before the next key comes. */
  const placed = useRef<number | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the cursor is placed when the text with the option is there
  useLayoutEffect(() => {
    if (placed.current === null) return;
    editor.current?.focus();
    editor.current?.setSelectionRange(placed.current, placed.current);
    placed.current = null;
  }, [text]);
  const completion = cursor === null ? null : completeSql(text, cursor, tables);
  const options = completion?.options ?? [];
  const open = options.length > 0;
  const current = Math.min(chosen, options.length - 1);

  const take = ({ text: option }: SqlOption) => {
    if (!completion) return;
    const next = text.slice(0, completion.from) + option + text.slice(completion.to);
    const at = completion.from + option.length;
    placed.current = at;
    onChange(next);
    setCursor(null);
  };

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    const withCtrl = event.ctrlKey || event.metaKey;
    if (event.key === 'Enter' && withCtrl) {
      setCursor(null);
      onRun();
    } else if (event.key === ' ' && event.ctrlKey) setCursor(event.currentTarget.selectionStart);
    else if (!open) return;
    else if (event.key === 'ArrowDown') setChosen((current + 1) % options.length);
    else if (event.key === 'ArrowUp') setChosen((current + options.length - 1) % options.length);
    else if ((event.key === 'Enter' || event.key === 'Tab') && options[current]) take(options[current]);
    else if (event.key === 'Escape') setCursor(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const lines = Math.min(mostLines, Math.max(leastLines, text.split('\n').length + 1));
  return (
    <div className={styles.editor}>
      <textarea
        ref={editor}
        aria-label="Query"
        role="combobox"
        aria-expanded={open}
        aria-autocomplete="list"
        aria-controls={open ? id : undefined}
        aria-activedescendant={open ? `${id}-${current}` : undefined}
        rows={lines}
        spellCheck={false}
        autoCapitalize="off"
        value={text}
        placeholder="SELECT * FROM …"
        onChange={({ target }) => {
          onChange(target.value);
          setCursor(target.selectionStart);
          setChosen(0);
        }}
        onKeyDown={onKeyDown}
        onBlur={() => setCursor(null)}
        onClick={() => setCursor(null)}
      />
      {open ? (
        <div id={id} role="listbox" aria-label="What may stand here" className={styles.options}>
          {options.map((option, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the field takes the keys of its options
            <div
              key={`${option.text} ${option.detail}`}
              id={`${id}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === current}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => take(option)}
            >
              <code>{option.text}</code> <small>{option.detail}</small>
            </div>
          ))}
        </div>
      ) : null}
    </div>
  );
}
