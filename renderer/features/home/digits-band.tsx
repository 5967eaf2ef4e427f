import { useEffect, useRef } from 'react';
import { useAppearance } from '../../shell/appearance.store.ts';
import { digits } from './digits-band.json';
import styles from './home.module.css';

/** Pixels of a digit's side, of a cell's width and of its height. */
const side = 36;
const cellWidth = 44;
const cellHeight = 44;

/** A sheet of the sample's own digits, drawn as they are: eight by eight pixels each. */
export function DigitsBand() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const resolved = useAppearance((appearance) => appearance.resolved);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the ink is another one in the other theme
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const observer = new ResizeObserver(() => draw(element));
    observer.observe(element);
    return () => observer.disconnect();
  }, [resolved]);
  return (
    <canvas ref={canvas} className={styles.band} role="img" aria-label="Handwritten digits of the sample" />
  );
}

function draw(canvas: HTMLCanvasElement): void {
  const { clientWidth, clientHeight } = canvas;
  const scale = window.devicePixelRatio;
  canvas.width = Math.round(clientWidth * scale);
  canvas.height = Math.round(clientHeight * scale);
  const context = canvas.getContext('2d');
  if (!context) return;
  context.scale(scale, scale);
  context.fillStyle = getComputedStyle(canvas).color;
  const columns = Math.ceil(clientWidth / cellWidth);
  const rows = Math.ceil(clientHeight / cellHeight);
  for (let cell = 0; cell < columns * rows; cell += 1) {
    const x = (cell % columns) * cellWidth + 6;
    const y = Math.floor(cell / columns) * cellHeight + 6;
    drawDigit(context, digits[(cell * 5) % digits.length] ?? '', x, y);
  }
}

function drawDigit(context: CanvasRenderingContext2D, digit: string, x: number, y: number): void {
  const pixel = side / 8;
  for (let index = 0; index < digit.length; index += 1) {
    const ink = Number.parseInt(digit.charAt(index), 17) / 16;
    if (ink === 0) continue;
    context.globalAlpha = ink * 0.6;
    context.fillRect(x + (index % 8) * pixel, y + Math.floor(index / 8) * pixel, pixel, pixel);
  }
}
