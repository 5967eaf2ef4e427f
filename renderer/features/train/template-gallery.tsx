import { useState } from 'react';
import type { Template } from '../../../app/contract/training.contract.ts';
import { Badge } from '../../components/badge.tsx';
import styles from './train.module.css';

interface TemplateGalleryProps {
  readonly templates: readonly Template[];
  readonly chosen: Template | undefined;
  readonly onChoose: (id: string) => void;
}

/** Searching is worth its line from this many templates on. */
const searchFrom = 5;

/** What can be trained without writing code, and programs to begin with; found by any of their words. */
export function TemplateGallery({ templates, chosen, onChoose }: TemplateGalleryProps) {
  const [text, setText] = useState('');
  const shown = findTemplates(templates, text);
  return (
    <fieldset className={styles.templates}>
      <legend>Template</legend>
      {templates.length >= searchFrom ? (
        <input
          type="search"
          className={styles.search}
          aria-label="Find a template"
          placeholder={`Find one of ${templates.length} templates`}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            const [first] = shown;
            if (event.key !== 'Enter') return;
            event.preventDefault();
            if (first) onChoose(first.id);
          }}
        />
      ) : null}
      <div className={styles.gallery}>
        {shown.map((template) => (
          <label key={template.id} data-chosen={template.id === chosen?.id || undefined}>
            <input
              type="radio"
              name="template"
              checked={template.id === chosen?.id}
              onChange={() => onChoose(template.id)}
            />
            <b>
              {template.title} {template.kind === 'program' ? <Badge tone="outline">program</Badge> : null}
            </b>
            <small>
              {template.summary}
              {template.needs.length > 0 ? (
                <span className={styles.needs}>Needs {template.needs.join(', ')}</span>
              ) : null}
            </small>
          </label>
        ))}
      </div>
      {shown.length === 0 ? <p className={styles.quiet}>No template has “{text}” in it.</p> : null}
    </fieldset>
  );
}

/** Templates in which every word occurs: in their names, what they do or what they need. */
export function findTemplates(templates: readonly Template[], text: string): readonly Template[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return templates.filter(({ id, title, summary, kind, needs }) => {
    const haystack = [id, title, summary, kind, ...needs].join('\n').toLowerCase();
    return words.every((word) => haystack.includes(word));
  });
}
