import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { settings } from '../../../app/contract/system.contract.ts';
import { client, orpc } from '../../client/orpc.ts';
import { Button } from '../../components/button.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { notify } from '../../components/notify.ts';
import { Fact, Section } from './section.tsx';
import styles from './settings.module.css';

/** What the workspace may take of the machine. */
export function MachineSection() {
  const queries = useQueryClient();
  const now = useQuery(orpc.system.getSettings.queryOptions());
  const [slots, setSlots] = useState<string | null>(null);
  const [port, setPort] = useState<string | null>(null);
  const [price, setPrice] = useState<string | null>(null);
  const [currency, setCurrency] = useState<string | null>(null);
  const change = {
    ...(slots === null ? {} : { trainingSlots: Number(slots) }),
    ...(port === null ? {} : { inferencePort: Number(port) }),
    ...(price === null ? {} : { electricityPricePerKwh: price.trim() === '' ? null : Number(price) }),
    ...(currency === null ? {} : { currency: currency.trim().toUpperCase() }),
  };
  const discard = () => {
    setSlots(null);
    setPort(null);
    setPrice(null);
    setCurrency(null);
  };
  const checked = settings.partial().safeParse(change);
  const problem = (field: string) => checked.error?.issues.find(({ path }) => path[0] === field)?.message;
  const save = useMutation({
    mutationFn: () => client.system.setSettings(change),
    onSuccess: async () => {
      discard();
      await queries.invalidateQueries({ queryKey: orpc.system.key() });
      notify.done('Settings saved');
    },
  });
  if (now.error) return <ErrorNotice error={now.error} onRetry={() => now.refetch()} />;
  if (!now.data) return null;
  const changed = [slots, port, price, currency].some((text) => text !== null);
  return (
    <Section title="This machine">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (changed && checked.success) save.mutate();
        }}
      >
        <Fact
          name="Training slots"
          help={
            problem('trainingSlots') ?? 'Runs that train at the same time; further ones wait in the queue'
          }
        >
          <input
            className={styles.number}
            type="number"
            min={1}
            max={64}
            aria-label="Training slots"
            aria-invalid={problem('trainingSlots') ? true : undefined}
            value={slots ?? now.data.trainingSlots}
            onChange={(event) => setSlots(event.target.value)}
          />
        </Fact>
        <Fact
          name="Inference port"
          help={problem('inferencePort') ?? 'Takes effect when the first endpoint starts; 0 is any free port'}
        >
          <input
            className={styles.number}
            type="number"
            min={0}
            max={65535}
            aria-label="Inference port"
            aria-invalid={problem('inferencePort') ? true : undefined}
            value={port ?? now.data.inferencePort}
            onChange={(event) => setPort(event.target.value)}
          />
        </Fact>
        <Fact
          name="Electricity"
          help={
            problem('electricityPricePerKwh') ??
            problem('currency') ??
            'Price of a kilowatt-hour and its currency, for the cost of runs; empty shows none'
          }
        >
          <input
            className={styles.number}
            inputMode="decimal"
            aria-label="Price of a kilowatt-hour"
            placeholder="none"
            aria-invalid={problem('electricityPricePerKwh') ? true : undefined}
            value={price ?? now.data.electricityPricePerKwh ?? ''}
            onChange={(event) => setPrice(event.target.value)}
          />
          <input
            className={`${styles.number} ${styles.currency}`}
            aria-label="Currency"
            maxLength={3}
            aria-invalid={problem('currency') ? true : undefined}
            value={currency ?? now.data.currency}
            onChange={(event) => setCurrency(event.target.value.toUpperCase())}
          />
        </Fact>
        {save.error ? <ErrorNotice error={save.error} /> : null}
        {changed ? (
          <Fact name="">
            <span className={styles.buttons}>
              <Button variant="primary" type="submit" disabled={!checked.success || save.isPending}>
                Save
              </Button>
              <Button variant="quiet" onClick={discard}>
                Discard
              </Button>
            </span>
          </Fact>
        ) : null}
      </form>
    </Section>
  );
}
