const hourMs = 3_600_000;

/** Moments that people put a run off to, in words and as epoch milliseconds; only those still ahead. */
export function quickStarts(nowMs: number): readonly { readonly words: string; readonly at: number }[] {
  const at = (days: number, hour: number) => {
    const moment = new Date(nowMs);
    return new Date(moment.getFullYear(), moment.getMonth(), moment.getDate() + days, hour).getTime();
  };
  const choices = [
    { words: 'in one hour', at: nowMs + hourMs },
    { words: 'tonight 22:00', at: at(0, 22) },
    { words: 'tomorrow 06:00', at: at(1, 6) },
    { words: 'tomorrow 22:00', at: at(1, 22) },
  ];
  return choices.filter((choice) => choice.at > nowMs + hourMs / 12);
}

/** A moment as a field of type `datetime-local` holds it: local time without a zone. */
export function toLocalField(at: number): string {
  const moment = new Date(at);
  const pad = (value: number) => String(value).padStart(2, '0');
  const day = `${moment.getFullYear()}-${pad(moment.getMonth() + 1)}-${pad(moment.getDate())}`;
  return `${day}T${pad(moment.getHours())}:${pad(moment.getMinutes())}`;
}

/** The moment that such a field holds, in epoch milliseconds; null where it holds none. */
export function fromLocalField(text: string): number | null {
  const at = text === '' ? Number.NaN : new Date(text).getTime();
  return Number.isNaN(at) ? null : at;
}

/** A moment ahead in words: `22:00`, `tomorrow 06:00`, `24 Nov 06:00`. */
export function formatAhead(at: number, nowMs: number): string {
  const moment = new Date(at);
  const clock = toLocalField(at).slice(11);
  const midday = (day: Date) => new Date(day.getFullYear(), day.getMonth(), day.getDate(), 12).getTime();
  const days = Math.round((midday(moment) - midday(new Date(nowMs))) / 86_400_000);
  if (days === 0) return clock;
  if (days === 1) return `tomorrow ${clock}`;
  return `${moment.getDate()} ${moment.toLocaleString('en-US', { month: 'short' })} ${clock}`;
}
