/**
 * The system's place for secrets, as the desktop application reaches it. It seals texts with a key that the system keeps for this user; where
 * the sealed bytes lie is the caller's business.
 */
export interface Keyring {
  /** False where the system has none, or one that only obscures (`basic_text`). */
  available(): Promise<boolean>;
  /** @throws AppError UNSUPPORTED where it is not available */
  seal(secret: string): Promise<Uint8Array>;
  /** @throws AppError UNSUPPORTED where it is not available, or sealed by another user or another system */
  open(sealed: Uint8Array): Promise<string>;
}
