import { IconFile, IconX } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { client } from '../../../client/orpc.ts';
import { Button, IconButton } from '../../../components/button.tsx';
import { ErrorNotice } from '../../../components/error-notice.tsx';
import { Field } from '../../../components/field.tsx';
import { formatBytes } from '../../../components/format.ts';
import styles from '../data.module.css';
import { linesOf } from './import-draft.ts';

interface FileFieldsProps {
  /** In a window of its own, files are chosen and not sent. */
  readonly desktop: boolean;
  readonly files: readonly File[];
  readonly paths: string;
  readonly onFiles: (files: readonly File[]) => void;
  readonly onPaths: (paths: string) => void;
}

/** Files that a browser sends, or paths on the machine that runs Lathe. */
export function FileFields({ desktop, files, paths, onFiles, onPaths }: FileFieldsProps) {
  const choose = useMutation({
    mutationFn: (folders: boolean) => client.system.chooseFiles({ title: 'Import data', folders }),
    onSuccess: (chosen) => onPaths([...linesOf(paths), ...chosen.paths].join('\n')),
  });
  return (
    <>
      {desktop ? null : (
        <label className={styles.dropzone}>
          <input
            type="file"
            multiple
            onChange={(event) => {
              onFiles([...files, ...(event.target.files ?? [])]);
              event.target.value = '';
            }}
          />
          <b>Choose files</b> or drop them here
          <small>Tables, arrays and pictures become rows; anything else is kept as files</small>
        </label>
      )}
      {files.length > 0 ? (
        <ul className={styles.files}>
          {files.map((file) => (
            <li key={`${file.name} ${file.lastModified} ${file.size}`}>
              <IconFile size={14} stroke={1.6} aria-hidden />
              <span>{file.name}</span>
              <output>{formatBytes(file.size)}</output>
              <IconButton
                label={`Take ${file.name} out`}
                onClick={() => onFiles(files.filter((one) => one !== file))}
              >
                <IconX size={14} stroke={1.6} aria-hidden />
              </IconButton>
            </li>
          ))}
        </ul>
      ) : (
        <Field
          label={desktop ? 'Files or folders' : 'Or paths on the machine that runs Lathe'}
          help="One a line; a folder is imported with everything in it"
        >
          {(field) => (
            <textarea
              {...field}
              rows={2}
              value={paths}
              spellCheck={false}
              placeholder="/data/measurements.csv"
              onChange={({ target }) => onPaths(target.value)}
            />
          )}
        </Field>
      )}
      {desktop ? (
        <div className={styles.buttons}>
          <Button onClick={() => choose.mutate(false)}>Choose files</Button>
          <Button onClick={() => choose.mutate(true)}>Choose a folder</Button>
        </div>
      ) : null}
      {choose.error ? <ErrorNotice error={choose.error} /> : null}
    </>
  );
}
