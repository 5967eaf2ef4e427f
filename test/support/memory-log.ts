import type { Logger } from '../../app/kernel/logger.ts';

/** A log that a test can read. */
export class MemoryLog implements Logger {
  readonly errors: { readonly message: string; readonly error: unknown; readonly incidentId: string }[] = [];
  readonly warnings: string[] = [];

  info(): void {}

  warn(message: string): void {
    this.warnings.push(message);
  }

  error(message: string, error: unknown): string {
    const incidentId = `incident-${this.errors.length + 1}`;
    this.errors.push({ message, error, incidentId });
    return incidentId;
  }
}
