const place = 'lathe.run-filters';
const kept = 12;

/** Filters that were used on this device, the newest first. */
export function filterHistory(): readonly string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(place) ?? '[]');
    return Array.isArray(stored) ? stored.filter((text) => typeof text === 'string') : [];
  } catch {
    // What cannot be read is no history; the next filter begins a new one.
    return [];
  }
}

export function rememberFilter(text: string): void {
  const filter = text.trim();
  if (filter === '') return;
  const next = [filter, ...filterHistory().filter((other) => other !== filter)].slice(0, kept);
  localStorage.setItem(place, JSON.stringify(next));
}
