import os from 'node:os';
import { type Settings, settings as settingsForm } from '../../contract/system.contract.ts';
import type { Core } from '../../kernel/core.ts';

export interface SettingsStore {
  get(): Settings;
  set(change: Partial<Settings>): Settings;
}

/** Settings of the workspace, kept in SQLite; what was never set has its default. */
export function createSettings({ database, events }: Pick<Core, 'database' | 'events'>): SettingsStore {
  const defaults: Settings = {
    // Two native runs at once on most machines: each uses all cores but one in short bursts.
    trainingSlots: Math.max(1, Math.min(2, Math.floor(os.availableParallelism() / 2))),
    inferencePort: 4790,
    electricityPricePerKwh: null,
    currency: 'EUR',
    author: '',
  };

  function get(): Settings {
    const rows = database.prepare(`SELECT key, value FROM settings WHERE key LIKE 'settings.%'`).all();
    const stored = Object.fromEntries(
      rows.map((row) => [String(row.key).slice('settings.'.length), JSON.parse(String(row.value))]),
    );
    return settingsForm.parse({ ...defaults, ...stored });
  }

  return {
    get,
    set(change) {
      return database.transaction(() => {
        const changed = Object.entries(change).filter(([, value]) => value !== undefined);
        for (const [key, value] of changed) {
          database
            .prepare(
              'INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
            )
            .run(`settings.${key}`, JSON.stringify(value));
        }
        events.append('settings.changed', { kind: 'settings', id: 'workspace' }, Object.fromEntries(changed));
        return get();
      });
    },
  };
}
