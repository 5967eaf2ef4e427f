import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { client, orpc } from '../../client/orpc.ts';
import { Button } from '../../components/button.tsx';
import { Dialog, DialogFooter } from '../../components/dialog.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Field } from '../../components/field.tsx';
import screen from '../../components/screen.module.css';
import { SegmentedChoice } from '../../components/segments.tsx';
import { navigate } from '../../shell/router.ts';
import { type EngineKey, type EngineWay, emptyEngine, readEngine } from './engine-form.ts';
import styles from './targets.module.css';

const ways: readonly (readonly [EngineWay, string])[] = [
  ['socket', 'Socket'],
  ['tcp', 'TCP'],
  ['ssh', 'SSH'],
  ['usual', 'As Docker says'],
];

const places: Readonly<Record<EngineWay, { readonly label: string; readonly example: string }>> = {
  socket: { label: 'Socket', example: '/run/user/1000/podman/podman.sock' },
  tcp: { label: 'Machine and port', example: 'bench-2:2376' },
  ssh: { label: 'Machine', example: 'ana@bench-2' },
  usual: { label: '', example: '' },
};

const notes: Readonly<Record<EngineWay, string>> = {
  socket: 'Stays on this machine.',
  tcp: 'Reaches the machine named above whenever a run is started or looked at there.',
  ssh: 'Uses your own SSH keys and known hosts; Lathe keeps neither.',
  usual: 'DOCKER_HOST, the current Docker context, or the usual sockets.',
};

/** Asks how a container engine is reached, and adds it as a target. */
export function AddEngineDialog({ onClose }: { readonly onClose: () => void }) {
  const queries = useQueryClient();
  const [texts, setTexts] = useState(emptyEngine);
  const [tried, setTried] = useState(false);
  const { name, engine, problems } = readEngine(texts);
  const add = useMutation({
    mutationFn: () => client.targets.add({ name, engine }),
    onSuccess: async (target) => {
      await queries.invalidateQueries({ queryKey: orpc.targets.key() });
      onClose();
      navigate(`/targets/${encodeURIComponent(target.name)}`);
    },
  });
  const text = (key: EngineKey, label: string, placeholder: string, help?: string) => (
    <Field key={key} label={label} help={help} error={tried ? (problems[key] ?? null) : null}>
      {(field) => (
        <input
          {...field}
          data-autofocus={key === 'name' || undefined}
          spellCheck={false}
          value={texts[key]}
          placeholder={placeholder}
          onChange={(event) => setTexts({ ...texts, [key]: event.target.value })}
        />
      )}
    </Field>
  );
  const place = places[texts.way];
  return (
    <Dialog opened title="Add a container engine" onClose={onClose} size={520}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (Object.keys(problems).length === 0) add.mutate();
        }}
      >
        {text('name', 'Name', 'bench-2', 'What runs call it: --on bench-2')}
        <SegmentedChoice
          label="How it is reached"
          chosen={texts.way}
          options={ways}
          onChoose={(way) => setTexts({ ...texts, way })}
        />
        {texts.way === 'usual' ? null : text('place', place.label, place.example)}
        {texts.way === 'tcp' ? (
          <>
            <label className={screen.check}>
              <input
                type="checkbox"
                checked={texts.tls}
                onChange={(event) => setTexts({ ...texts, tls: event.target.checked })}
              />
              Protected by TLS; without it, whoever reaches the port rules that machine
            </label>
            {texts.tls ? (
              <div className={styles.three}>
                {text('ca', 'Authority', '~/.docker/ca.pem')}
                {text('cert', 'Certificate', '~/.docker/cert.pem')}
                {text('key', 'Key', '~/.docker/key.pem')}
              </div>
            ) : null}
          </>
        ) : null}
        <Field
          label="Files of this machine"
          help="An engine that does not see them gets copies of code and data, and gives back what a run made"
        >
          {(field) => (
            <select
              {...field}
              value={texts.shared}
              onChange={(event) => setTexts({ ...texts, shared: event.target.value as typeof texts.shared })}
            >
              <option value="auto">seen where the engine is on this machine</option>
              <option value="yes">seen, at the same paths</option>
              <option value="no">not seen</option>
            </select>
          )}
        </Field>
        {add.error ? <ErrorNotice error={add.error} /> : null}
        <DialogFooter note={notes[texts.way]}>
          <Button variant="quiet" onClick={onClose}>
            Cancel
          </Button>
          <Button variant="primary" type="submit" disabled={add.isPending}>
            Add engine
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}
