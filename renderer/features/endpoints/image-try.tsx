import { IconEraser, IconPencil, IconX } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import type { Tensor } from '../../../app/contract/serving.contract.ts';
import { Button } from '../../components/button.tsx';
import { DrawingPad } from './drawing-pad.tsx';
import styles from './endpoints.module.css';
import { imageTensor, type TryItForm } from './try-it.ts';

interface ImageTryProps {
  readonly form: Extract<TryItForm, { kind: 'image' }>;
  readonly onSend: (tensors: Tensor[]) => void;
  readonly onClear: () => void;
  readonly result: ReactNode;
}

/** Draws the input of a model of images; every stroke is sent as it is made. */
export function ImageTry({ form: { input, width, height }, onSend, onClear, result }: ImageTryProps) {
  const blank = Array.from({ length: width * height }, () => 0);
  const [pixels, setPixels] = useState<readonly number[]>(blank);
  const [mode, setMode] = useState<'draw' | 'erase'>('draw');
  const change = (next: readonly number[]) => {
    setPixels(next);
    if (next.some((value) => value > 0)) onSend([imageTensor(input, next)]);
    else onClear();
  };
  return (
    <>
      <div className={styles.try}>
        <DrawingPad
          width={width}
          height={height}
          max={input.hint?.max ?? 1}
          pixels={pixels}
          mode={mode}
          onChange={change}
        />
        {result}
      </div>
      <div className={styles.tools} role="toolbar" aria-label="Drawing">
        <Button
          variant={mode === 'draw' ? undefined : 'quiet'}
          aria-pressed={mode === 'draw'}
          icon={<IconPencil size={16} stroke={1.5} aria-hidden />}
          onClick={() => setMode('draw')}
        >
          Draw
        </Button>
        <Button
          variant={mode === 'erase' ? undefined : 'quiet'}
          aria-pressed={mode === 'erase'}
          icon={<IconEraser size={16} stroke={1.5} aria-hidden />}
          onClick={() => setMode('erase')}
        >
          Erase
        </Button>
        <Button
          variant="quiet"
          icon={<IconX size={16} stroke={1.5} aria-hidden />}
          onClick={() => change(blank)}
        >
          Clear
        </Button>
      </div>
    </>
  );
}
