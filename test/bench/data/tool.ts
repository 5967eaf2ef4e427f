/** A program that keeps versions of a folder, driven by its command line as its users do. */
export interface VersionTool {
  readonly name: string;
  /** Where the tree that it versions has to lie. */
  readonly tree: string;
  /** Take the tree in as a new version; nothing changed is fine. */
  readonly store: (label: string) => Promise<void>;
  /** Where \`restore\` writes; removed before it is called. */
  readonly restored: string;
  /** Write the newest version's files out. */
  readonly restore: () => Promise<void>;
  /** Read what is stored and compare it with its checksums; null if the program cannot. */
  readonly verify: (() => Promise<void>) | null;
  /** The folder whose size is what the versions cost. */
  readonly storage: string;
  /** Most memory that it held so far, in MiB, where that can be told. */
  readonly peakMiB: (() => number) | null;
  readonly close: () => Promise<void>;
}

export interface VersionToolMaker {
  readonly name: string;
  /** Why it cannot be measured here, or null. */
  readonly missing: () => Promise<string | null>;
  /** @param folder empty, of its own */
  readonly make: (folder: string) => Promise<VersionTool>;
}
