import type { Event, SubjectKind } from '../contract/events.contract.ts';
import type { Clock } from '../kernel/clock.ts';
import type { EventLog } from '../kernel/event-log.ts';
import { Live } from '../kernel/live.ts';
import type { Database, SqlRow } from '../kernel/ports/database.ts';
import type { Hashing } from '../kernel/ports/hashing.ts';

const GENESIS = '0'.repeat(64);

/**
 * The audit log in SQLite. Each line's hash is BLAKE3 over the hash before it and the line's own canonical text, so a
 * line that was changed, removed or put in between breaks the chain at that place.
 */
export function createEventLog(database: Database, clock: Clock, hashing: Hashing): EventLog {
  const live = new Live<Event>();

  function hashOf(previous: string, event: Omit<Event, 'hash'>): string {
    const line = JSON.stringify([
      previous,
      event.seq,
      event.at,
      event.kind,
      event.subject.kind,
      event.subject.id,
      JSON.stringify(event.data),
    ]);
    return hashing.ofBytes(new TextEncoder().encode(line));
  }

  function lastLine(): { seq: number; hash: string } {
    const row = database.prepare('SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1').get();
    return row ? { seq: Number(row.seq), hash: String(row.hash) } : { seq: 0, hash: GENESIS };
  }

  function after(seq: number): Event[] {
    return database.prepare('SELECT * FROM events WHERE seq > ? ORDER BY seq').all(seq).map(toEvent);
  }

  return {
    append(kind, subject, data = {}) {
      const previous = lastLine();
      const facts = { seq: previous.seq + 1, at: clock.now(), kind, subject, data };
      const event: Event = { ...facts, hash: hashOf(previous.hash, facts) };
      database
        .prepare(
          'INSERT INTO events (seq, at, kind, subject_kind, subject_id, data, hash) VALUES (?, ?, ?, ?, ?, ?, ?)',
        )
        .run(event.seq, event.at, kind, subject.kind, subject.id, JSON.stringify(data), event.hash);
      database.afterCommit(() => live.emit(event));
    },
    list({ before, limit }) {
      return database
        .prepare('SELECT * FROM events WHERE seq < ? ORDER BY seq DESC LIMIT ?')
        .all(before ?? Number.MAX_SAFE_INTEGER, limit)
        .map(toEvent);
    },
    async *watch(afterSeq, signal) {
      let seen = afterSeq ?? lastLine().seq;
      // Subscribed before the backlog is read, so nothing falls between the two; what is in both is skipped by number.
      const stream = live.iterate(signal, { first: after(seen) });
      for await (const event of stream) {
        if (event.seq <= seen) continue;
        const missed = event.seq === seen + 1 ? [event] : after(seen);
        for (const each of missed) {
          seen = each.seq;
          yield each;
        }
      }
    },
    subscribe: (listener) => live.subscribe(listener),
    verify() {
      let previous = GENESIS;
      let events = 0;
      for (const row of database.prepare('SELECT * FROM events ORDER BY seq').all()) {
        const { hash, ...facts } = toEvent(row);
        events += 1;
        if (facts.seq !== events || hash !== hashOf(previous, facts))
          return { ok: false, events, firstBadSeq: events };
        previous = hash;
      }
      return { ok: true, events, firstBadSeq: null };
    },
  };
}

function toEvent(row: SqlRow): Event {
  return {
    seq: Number(row.seq),
    at: Number(row.at),
    kind: String(row.kind),
    subject: { kind: row.subject_kind as SubjectKind, id: String(row.subject_id) },
    data: JSON.parse(String(row.data)),
    hash: String(row.hash),
  };
}
