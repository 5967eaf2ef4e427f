import type { Digest } from '../../../app/contract/ids.ts';
import { AppError } from '../../../app/kernel/app-error.ts';
import { ContentReader } from '../contents/content-reader.ts';
import { openIndex } from '../index/open-index.ts';
import type { StoreIndex } from '../index/store-index.ts';
import { ManifestView } from '../manifest/manifest-view.ts';
import { BlockCodec } from '../packs/block-codec.ts';
import { BlockReader } from '../packs/block-reader.ts';
import type { PackBlock } from '../packs/pack-format.ts';
import { PackSealer } from '../packs/pack-sealer.ts';
import type { WrittenPack } from '../packs/pack-writer.ts';
import { Pool } from '../pool/pool.ts';
import type { EntriesToPack } from '../pool/pool-messages.ts';
import { newControl, type SharedControl, stop } from '../pool/session-control.ts';
import type { StorePaths } from '../store-paths.ts';

const DIGEST_BYTES = 32;
const MANIFESTS_AT_HAND = 8;

/** A call that stores something. */
export interface Session {
  readonly control: SharedControl;
  /** Bytes of packs that were finished since it began. */
  addedBytes: number;
  /** What makes it fail although it did nothing wrong itself. */
  fault: unknown;
}

/**
 * What the store's own thread holds: the index, the pool, and which chunks are on their way into packs. All calls share the packs that are
 * being written, so what one of them stored, another need not store again.
 */
export class Keeper {
  readonly paths: StorePaths;
  readonly index: StoreIndex;
  readonly pool: Pool;
  readonly contents: ContentReader;
  readonly blocks: BlockReader;
  readonly #codec = new BlockCodec();
  readonly #sealer: PackSealer;
  readonly #sessions = new Set<Session>();
  /** Chunks that a thread has or will have in a pack that is not in the index yet. */
  readonly #taken = new Set<string>();
  /** Work that threads handed over. */
  readonly #shares = new Set<Promise<void>>();
  readonly #manifests = new Map<Digest, ManifestView>();
  /** Folders that versions are being written into, by their real paths. */
  readonly #folders = new Set<string>();

  constructor(paths: StorePaths, threads: number) {
    this.paths = paths;
    this.index = openIndex(paths);
    this.blocks = new BlockReader(paths.packs, this.#codec, this.index);
    this.contents = new ContentReader(paths, this.index, this.blocks);
    this.#sealer = new PackSealer(paths.packs, (...pack) => this.#sealed(...pack));
    this.pool = new Pool(paths, threads, {
      mayRest: () => !this.isStoring,
      wants: (digests, at) => this.#wants(digests, at),
      shared: (share) => this.#share(share),
      written: (pack) => this.#written(pack),
      lost: (fault) => this.#failAll(fault),
    });
  }

  get isStoring(): boolean {
    return this.#sessions.size > 0;
  }

  /**
   * Store something: what `body` put into packs is durable when this returns. Whatever happens, what was stored so far is kept for whoever
   * stores it again.
   */
  async storing<T>(control: SharedControl, body: (session: Session) => Promise<T>): Promise<T> {
    const session: Session = { control, addedBytes: 0, fault: null };
    this.#sessions.add(session);
    try {
      const result = await body(session);
      await this.#flush();
      if (session.fault) throw session.fault;
      return result;
    } catch (error) {
      await this.#flush().catch(() => undefined);
      throw session.fault ?? error;
    } finally {
      this.#sessions.delete(session);
      // With nobody storing and nothing in flight, what is taken and not there was lost with its pack.
      if (this.#sessions.size === 0) this.#taken.clear();
    }
  }

  /** @throws AppError STORAGE_FAILED if it is missing or damaged, DATA_MALFORMED if it is no manifest */
  manifest(digest: Digest): ManifestView {
    const known = this.#manifests.get(digest);
    if (known) return known;
    const view = ManifestView.open(this.contents, Buffer.from(digest, 'hex'));
    if (this.#manifests.size >= MANIFESTS_AT_HAND) {
      this.#manifests.delete(this.#manifests.keys().next().value!);
    }
    this.#manifests.set(digest, view);
    return view;
  }

  /** @returns the release @throws AppError CONFLICT while another call writes into the folder */
  writeAlone(folder: string): () => void {
    if (this.#folders.has(folder)) {
      throw new AppError('CONFLICT', `A version is being written into ${folder}.`, {
        nextStep: 'Wait until that is done, or choose another folder.',
        details: { path: folder },
      });
    }
    this.#folders.add(folder);
    return () => this.#folders.delete(folder);
  }

  digest(bytes: Uint8Array): Digest {
    return Buffer.from(bytes.buffer, bytes.byteOffset, DIGEST_BYTES).toString('hex') as Digest;
  }

  /**
   * Another thread has changed packs: nobody may read them by what they remember.
   *
   * @param lost whether contents may have gone that are remembered as stored
   */
  async forget(lost: boolean): Promise<void> {
    if (lost) this.index.renewEpoch();
    this.contents.forget();
    this.#manifests.clear();
    // Threads that rest remember nothing, and leave their memory to those that work now.
    if (!(await this.pool.rest())) await this.#onEachThread('forget');
  }

  async close(): Promise<void> {
    await this.pool.close();
    await this.#sealer.settled();
    this.blocks.forget();
    this.#codec.close();
    this.index.close();
  }

  /** Have every thread finish its pack, and wait until all packs are durable. */
  async #flush(): Promise<void> {
    // What a thread still has to settle it may hand over.
    await this.#onEachThread('settle');
    await Promise.all(this.#shares);
    await this.#onEachThread('finishPack');
    await this.#sealer.settled();
  }

  async #onEachThread(kind: 'settle' | 'finishPack' | 'forget'): Promise<void> {
    const control = newControl(this.pool.size);
    await Promise.all(this.pool.started.map((thread) => this.pool.run({ kind }, control, { thread })));
  }

  #wants(digests: Buffer, at: number): boolean {
    const key = digests.toString('latin1', at, at + DIGEST_BYTES);
    if (this.#taken.has(key) || this.index.has(digests.subarray(at, at + DIGEST_BYTES))) return false;
    this.#taken.add(key);
    return true;
  }

  /** One thread cut it, another one packs it. */
  #share(share: EntriesToPack): void {
    const control = newControl(this.pool.size);
    const packed = this.pool
      .run({ kind: 'pack', ...share }, control, { transfer: [share.bytes.buffer] })
      .then(
        () => undefined,
        (fault: unknown) => this.#failAll(fault),
      )
      .finally(() => this.#shares.delete(packed));
    this.#shares.add(packed);
  }

  #written(pack: WrittenPack): void {
    for (const session of this.#sessions) session.addedBytes += pack.sizeBytes;
    this.#sealer.seal(pack).catch((fault: unknown) => this.#failAll(fault));
  }

  #sealed(name: string, sizeBytes: number, blocks: readonly PackBlock[]): void {
    this.index.addPack(name, sizeBytes, blocks);
    for (const { entries } of blocks) {
      for (const { digest } of entries) {
        this.#taken.delete((digest as Buffer).toString('latin1'));
      }
    }
  }

  /** A pack is lost: nobody knows any more which call counts on it. */
  #failAll(fault: unknown): void {
    for (const session of this.#sessions) {
      session.fault ??= fault;
      stop(session.control, 'failed');
    }
    this.#taken.clear();
  }
}
