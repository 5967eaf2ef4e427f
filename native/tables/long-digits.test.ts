import { describe, expect, it } from 'vitest';
import { LongDigits } from './long-digits.ts';

const MANY = /[0-9]{19}/;

/** A text of digits and a few other characters, the same for one seed. */
function textOf(seed: number): string {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 16;
  };
  return Array.from({ length: 400 }, () => (next() % 24 === 0 ? ',' : String(next() % 10))).join('');
}

describe('digits in a row', () => {
  it('are found wherever the pieces of the text end', () => {
    const answers = new Set<boolean>();
    for (let seed = 1; seed <= 200; seed += 1) {
      const text = textOf(seed).slice(0, 20 + seed);
      for (const step of [1, 7, 18, 19, 20, 64, text.length]) {
        const digits = new LongDigits();
        for (let at = 0; at < text.length; at += step) digits.feed(Buffer.from(text.slice(at, at + step)));
        expect(digits.found, `${text} by ${step}`).toBe(MANY.test(text));
        answers.add(digits.found);
      }
    }
    expect(answers.size).toBe(2);
  });
});
