import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { client, orpc } from '../../client/orpc.ts';
import { uploadFile } from '../../client/upload.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { formatBytes } from '../../components/format.ts';
import { notify } from '../../components/notify.ts';
import { navigate } from '../../shell/router.ts';
import form from '../train/train.module.css';

/** Registers an ONNX file: one that the browser sends, or a path on the machine that runs Lathe. */
export function RegisterFileDialog({ onClose }: { readonly onClose: () => void }) {
  const queries = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const [path, setPath] = useState('');
  const [name, setName] = useState('');
  const chosenName = name.trim() || nameFrom(file?.name ?? path);
  const ready = chosenName !== '' && (file !== null || path.trim() !== '');
  const register = useMutation({
    mutationFn: async () =>
      client.models.register({
        name: chosenName,
        source: file
          ? { kind: 'upload' as const, upload: await uploadFile(file) }
          : { kind: 'path' as const, path: path.trim() },
      }),
    onSuccess: async (version) => {
      await queries.invalidateQueries({ queryKey: orpc.models.key() });
      notify.done(`Registered ${version.modelName} v${version.version}`);
      navigate(`/models/${encodeURIComponent(version.modelName)}`);
    },
  });
  return (
    <Dialog opened title="Register an ONNX file?" onClose={onClose} size={460}>
      <form
        className={form.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) register.mutate();
        }}
      >
        <div className={form.scroll}>
          <label className={form.field}>
            <span>File</span>
            <input
              type="file"
              accept=".onnx"
              onChange={(event) => setFile(event.target.files?.[0] ?? null)}
            />
            <small>
              {file ? `${formatBytes(file.size)}, checked before it is kept` : 'Checked before it is kept'}
            </small>
          </label>
          <label className={form.field}>
            <span>Or a path on the machine that runs Lathe</span>
            <input
              value={path}
              disabled={file !== null}
              placeholder="/data/models/classifier.onnx"
              onChange={(event) => setPath(event.target.value)}
            />
          </label>
          <label className={form.field}>
            <span>Model</span>
            <input
              value={name}
              placeholder={nameFrom(file?.name ?? path) || 'name'}
              onChange={(event) => setName(event.target.value)}
            />
            <small>A name that exists gets a new version.</small>
          </label>
          {register.error ? <ErrorNotice error={register.error} /> : null}
        </div>
        <footer className={form.footer}>
          <span className={form.quiet} />
          <Button variant="quiet" onClick={onClose}>
            Cancel
          </Button>
          <Button variant="primary" type="submit" disabled={!ready || register.isPending}>
            Register file
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}

/** A model's name from a file's: `best model.onnx` becomes `best model`. */
function nameFrom(file: string): string {
  return (file.split(/[/\\]/).at(-1) ?? '').replace(/\.onnx$/i, '').trim();
}
