import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { Tensor } from '../../../app/contract/serving.contract.ts';
import type { Cell } from '../../../app/contract/wire.ts';
import { orpc } from '../../client/orpc.ts';
import { Button } from '../../components/button.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import screen from '../../components/screen.module.css';
import { PixelImage } from './drawing-pad.tsx';
import styles from './endpoints.module.css';
import type { DataRef } from './training-rows.ts';
import { columnTensors, imageTensor, type TryItForm } from './try-it.ts';

interface RowTryProps {
  readonly form: Exclude<TryItForm, { kind: 'tensors' }>;
  readonly data: DataRef;
  readonly onSend: (tensors: Tensor[]) => void;
  readonly result: ReactNode;
}

const pageRows = 40;

/** Rows of the data that the model was trained on, to send one and hold the answer against what the row says. */
export function RowTry({ form, data, onSend, result }: RowTryProps) {
  const [offset, setOffset] = useState(0);
  const [chosen, setChosen] = useState<number | null>(null);
  const { dataset, version } = data;
  const preview = useQuery({
    ...orpc.datasets.preview.queryOptions({
      input: { dataset, ...(version ? { version } : {}), offset, limit: pageRows },
    }),
    placeholderData: (before) => before,
  });
  if (preview.error) return <ErrorNotice error={preview.error} />;
  if (!preview.data) return <p className={styles.waiting}>Reading rows of {dataset}</p>;
  const { columns, rows, totalRows } = preview.data;
  const names = columns.map(({ name }) => name);
  const used = form.kind === 'image' ? (form.input.hint?.columns ?? []) : form.inputs.map(({ name }) => name);
  const shown = names.filter((name) => !used.includes(name)).slice(0, 3);
  const cellOf = (row: readonly Cell[], name: string) => row[names.indexOf(name)] ?? null;
  const pixelsOf = (row: readonly Cell[]) => used.map((name) => Number(cellOf(row, name) ?? 0));

  function pick(index: number) {
    const row = rows[index];
    if (!row) return;
    setChosen(offset + index);
    if (form.kind === 'image') {
      onSend([imageTensor(form.input, pixelsOf(row))]);
    } else {
      const fields = Object.fromEntries(
        form.inputs.map(({ name }) => [name, String(cellOf(row, name) ?? '')]),
      );
      onSend(columnTensors(form.inputs, fields).tensors);
    }
  }

  return (
    <div className={styles.try}>
      <div>
        <div className={styles.rows} data-kind={form.kind}>
          {rows.map((row, index) => {
            const number = offset + index;
            const facts = shown.map((name) => `${name} ${cellOf(row, name) ?? 'missing'}`).join(', ');
            return (
              <button
                key={number}
                type="button"
                className={styles.rowButton}
                aria-pressed={chosen === number}
                title={`Row ${number + 1}${facts ? `: ${facts}` : ''}`}
                onClick={() => pick(index)}
              >
                {form.kind === 'image' ? (
                  <PixelImage
                    width={form.width}
                    height={form.height}
                    max={form.input.hint?.max ?? 1}
                    pixels={pixelsOf(row)}
                    sizePx={28}
                  />
                ) : null}
                <span>
                  {form.kind === 'image'
                    ? shown.map((name) => String(cellOf(row, name) ?? '–')).join(' ')
                    : `${number + 1}  ${facts}`}
                </span>
              </button>
            );
          })}
        </div>
        <div className={styles.paging}>
          <Button
            variant="quiet"
            disabled={offset === 0}
            onClick={() => setOffset(Math.max(0, offset - pageRows))}
          >
            Earlier
          </Button>
          <span className={screen.quiet}>
            {(offset + 1).toLocaleString('en-US')}–{(offset + rows.length).toLocaleString('en-US')} of{' '}
            {totalRows.toLocaleString('en-US')}
          </span>
          <Button
            variant="quiet"
            disabled={offset + rows.length >= totalRows}
            onClick={() => setOffset(offset + pageRows)}
          >
            Later
          </Button>
        </div>
      </div>
      <div>
        {result}
        {chosen !== null && shown.length > 0 && rows[chosen - offset] ? (
          <p className={styles.caption}>
            The row says{' '}
            {shown.map((name) => `${name} ${cellOf(rows[chosen - offset] ?? [], name) ?? '–'}`).join(', ')}.
          </p>
        ) : null}
      </div>
    </div>
  );
}
