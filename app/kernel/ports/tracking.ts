import type { Digest, RunId } from '../../contract/ids.ts';
import type { JobState } from '../../contract/jobs.contract.ts';

/**
 * Experiments and runs as a program that logs over the network drives them (app/interop/mlflow). Everything but the bytes of
 * artifacts is synchronous: a caller checks and writes within one `transaction`, so that what it checked still holds, and answers
 * after it returned, when the write is on the disk.
 */

/** What the URI of a file begins with that Lathe keeps; the rest is a path for `Tracking.files`. */
export const LATHE_ARTIFACTS = 'mlflow-artifacts:/';

/** The tag that holds a run's name. */
export const RUN_NAME_TAG = 'mlflow.runName';

export interface KeyValue {
  readonly key: string;
  readonly value: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Whether there are more after these. */
  readonly more: boolean;
}

/** One comparison of a search. Field names are Lathe's; `value` is null for IS NULL and IS NOT NULL. */
export interface Condition<Entity extends string = string> {
  readonly entity: Entity;
  readonly key: string;
  readonly comparator: Comparator;
  readonly value: string | number | readonly string[] | null;
}

export type Comparator =
  | '='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'LIKE'
  | 'ILIKE'
  | 'IN'
  | 'NOT IN'
  | 'IS NULL'
  | 'IS NOT NULL';

export interface SortKey<Entity extends string = string> {
  readonly entity: Entity;
  readonly key: string;
  readonly descending: boolean;
}

export interface Search<Entity extends string> {
  readonly conditions: readonly Condition<Entity>[];
  readonly order: readonly SortKey<Entity>[];
  readonly limit: number;
  readonly offset: number;
}

export type LifecycleView = 'active' | 'deleted' | 'all';

export interface TrackedExperiment {
  /** `0` for a project's experiment "Default", otherwise a number that no other experiment of the workspace has. */
  readonly id: string;
  readonly name: string;
  /** URI of the folder that holds what its runs keep; with LATHE_ARTIFACTS before it where that is Lathe. */
  readonly artifactLocation: string;
  readonly deleted: boolean;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly tags: readonly KeyValue[];
}

/** A value of a metric: any double, NaN and infinities included. */
export interface TrackedPoint {
  readonly key: string;
  readonly value: number;
  readonly timeMs: number;
  readonly step: number;
}

/** Columns of equal length, of which the first `length` entries count. */
export interface MetricHistory {
  readonly length: number;
  readonly steps: ArrayLike<number>;
  readonly timesMs: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

export interface ClientDataset {
  readonly name: string;
  readonly digest: string;
  readonly sourceType: string;
  readonly source: string;
  readonly schema: string | null;
  readonly profile: string | null;
  readonly tags: readonly KeyValue[];
}

export interface RunState {
  readonly id: RunId;
  /** As in TrackedExperiment. */
  readonly experimentId: string;
  /** URI of the folder of its artifacts. */
  readonly artifactLocation: string;
  readonly name: string;
  readonly userId: string;
  readonly status: JobState;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly deleted: boolean;
}

export interface TrackedRun extends RunState {
  /** The latest of each metric: highest step, then time, then value. */
  readonly metrics: readonly TrackedPoint[];
  readonly params: readonly KeyValue[];
  readonly tags: readonly KeyValue[];
  readonly datasets: readonly ClientDataset[];
  readonly inputModels: readonly string[];
  readonly outputModels: readonly { readonly modelId: string; readonly step: number }[];
}

export type RunEntity = 'metric' | 'param' | 'tag' | 'attribute' | 'dataset';
export type ExperimentEntity = 'tag' | 'attribute';

export interface LoggedModelMetric extends TrackedPoint {
  readonly runId: string;
  readonly datasetName: string | null;
  readonly datasetDigest: string | null;
}

export interface LoggedModel {
  /** `m-` and 32 hex digits. */
  readonly id: string;
  readonly experimentId: string;
  /** URI of the folder of its files. */
  readonly artifactLocation: string;
  readonly name: string;
  readonly modelType: string;
  readonly sourceRunId: string;
  readonly status: 'pending' | 'ready' | 'failed' | 'unspecified';
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly deleted: boolean;
  readonly params: readonly KeyValue[];
  readonly tags: readonly KeyValue[];
  readonly metrics: readonly LoggedModelMetric[];
}

export interface LoggedModelSearch {
  readonly experimentIds: readonly string[];
  readonly conditions: readonly Condition<RunEntity>[];
  /** Metrics count only where they were measured on one of these. */
  readonly datasets: readonly { readonly name: string; readonly digest: string | null }[];
  readonly order: readonly (SortKey<RunEntity> & {
    readonly datasetName: string | null;
    readonly datasetDigest: string | null;
  })[];
  readonly limit: number;
  readonly offset: number;
}

/** A file that a client uploaded. */
export interface ClientFile {
  /** Relative to the root of all artifacts: `<experiment>/<run>/artifacts/…`. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly digest: Digest;
}

export interface Tracking {
  transaction<T>(body: () => T): T;
  readonly experiments: {
    find(id: string): TrackedExperiment | null;
    byName(name: string): TrackedExperiment | null;
    /** @throws AppError ALREADY_EXISTS where the name is taken, also by a deleted one */
    create(what: {
      readonly name: string;
      readonly artifactLocation: string | null;
      readonly tags: readonly KeyValue[];
    }): TrackedExperiment;
    /** @throws AppError ALREADY_EXISTS */
    rename(id: string, name: string): void;
    /** Its runs go and come with it. */
    setDeleted(id: string, deleted: boolean): void;
    setTag(id: string, tag: KeyValue): void;
    /** @returns false where there is no such tag */
    removeTag(id: string, key: string): boolean;
    search(view: LifecycleView, search: Search<ExperimentEntity>): Page<TrackedExperiment>;
  };
  readonly runs: {
    state(id: string): RunState | null;
    get(id: string): TrackedRun | null;
    create(what: {
      readonly experimentId: string;
      readonly name: string;
      readonly userId: string;
      readonly startedAt: number;
      readonly tags: readonly KeyValue[];
    }): TrackedRun;
    update(
      id: RunId,
      change: { readonly status?: JobState; readonly endedAt?: number; readonly name?: string },
    ): RunState;
    setDeleted(id: RunId, deleted: boolean): void;
    /** Values of parameters by key, of those among `keys` that the run has. */
    params(id: RunId, keys: readonly string[]): ReadonlyMap<string, string>;
    tag(id: RunId, key: string): string | null;
    /** Store what a client logged; parameters are new, tags replace. */
    log(
      id: RunId,
      what: {
        readonly points: readonly TrackedPoint[];
        readonly params: readonly KeyValue[];
        readonly tags: readonly KeyValue[];
      },
    ): void;
    /** Whether exactly this was logged before. */
    has(id: RunId, point: TrackedPoint): boolean;
    removeTag(id: RunId, key: string): boolean;
    addDatasets(id: RunId, datasets: readonly ClientDataset[]): void;
    addModels(
      id: RunId,
      direction: 'input' | 'output',
      models: readonly { readonly modelId: string; readonly step: number }[],
    ): void;
    search(
      experimentIds: readonly string[],
      view: LifecycleView,
      search: Search<RunEntity>,
    ): Page<TrackedRun>;
    /** Every distinct point of one metric, by time or by step, then by the other, then by value. */
    history(id: string, key: string, order: 'time' | 'step'): MetricHistory;
    datasets(
      experimentIds: readonly string[],
    ): readonly { experimentId: string; name: string; digest: string; context: string | null }[];
  };
  readonly loggedModels: {
    find(id: string): LoggedModel | null;
    create(what: {
      readonly experimentId: string;
      readonly name: string;
      readonly modelType: string;
      readonly sourceRunId: string;
      readonly params: readonly KeyValue[];
      readonly tags: readonly KeyValue[];
    }): LoggedModel;
    setStatus(id: string, status: LoggedModel['status']): void;
    setDeleted(id: string): void;
    addParams(id: string, params: readonly KeyValue[]): void;
    setTags(id: string, tags: readonly KeyValue[]): void;
    removeTag(id: string, key: string): boolean;
    addMetrics(id: string, metrics: readonly LoggedModelMetric[]): void;
    search(search: LoggedModelSearch): Page<LoggedModel>;
  };
  readonly files: {
    /** The file at this path of the root of all artifacts. */
    find(path: string): ClientFile | null;
    /** Files and folders right below a folder, by name. */
    list(
      folder: string,
    ): readonly { readonly name: string; readonly isFolder: boolean; readonly sizeBytes: number }[];
    /**
     * Keep a stream under a path. When it returns the bytes and their entry are durable.
     *
     * @throws AppError NOT_FOUND where the path names a run or logged model that is not there, TOO_LARGE, DISK_FULL
     */
    put(path: string, body: AsyncIterable<Uint8Array>): Promise<void>;
    /** Put a part of a file aside; it is forgotten after a day. @returns its id */
    spool(body: AsyncIterable<Uint8Array>): Promise<string>;
    spooled(id: string): AsyncIterable<Uint8Array>;
    dropSpooled(id: string): Promise<void>;
    /** Forget a file, or all below a folder. */
    remove(path: string): void;
    read(digest: Digest, offset: number, length: number): Promise<Uint8Array>;
  };
}

export interface RegistryVersion {
  readonly name: string;
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly stage: string;
  readonly description: string;
  readonly source: string;
  /** Where the files are. */
  readonly storageLocation: string;
  readonly runId: string | null;
  readonly runLink: string;
  readonly tags: readonly KeyValue[];
  readonly aliases: readonly string[];
}

export interface RegistryModel {
  readonly name: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly description: string;
  readonly tags: readonly KeyValue[];
  readonly aliases: readonly { readonly alias: string; readonly version: number }[];
  /** The latest of each stage. */
  readonly latest: readonly RegistryVersion[];
}

/** Models and their versions as the same programs see them; synchronous like Tracking. */
export interface ModelRegistry {
  find(name: string): RegistryModel | null;
  /** @throws AppError ALREADY_EXISTS */
  create(what: {
    readonly name: string;
    readonly description: string;
    readonly tags: readonly KeyValue[];
  }): RegistryModel;
  /** @throws AppError ALREADY_EXISTS */
  rename(name: string, newName: string): void;
  describe(name: string, description: string): void;
  /** @throws AppError CONFLICT where an endpoint serves one of its versions */
  remove(name: string): void;
  setTag(name: string, tag: KeyValue): void;
  removeTag(name: string, key: string): void;
  setAlias(name: string, alias: string, version: number): void;
  removeAlias(name: string, alias: string): void;
  search(search: Search<'tag' | 'attribute'>, prompts: boolean): Page<RegistryModel>;
  version(name: string, version: number): RegistryVersion | null;
  createVersion(what: {
    readonly name: string;
    /** The number that it gets if no version has it or a greater one; else, and without, it gets the next. */
    readonly wanted?: number;
    readonly source: string;
    readonly storageLocation: string;
    readonly runId: string | null;
    readonly runLink: string;
    readonly description: string;
    readonly tags: readonly KeyValue[];
  }): RegistryVersion;
  describeVersion(name: string, version: number, description: string): void;
  setStage(name: string, version: number, stage: string, archiveOthers: boolean): void;
  removeVersion(name: string, version: number): void;
  setVersionTag(name: string, version: number, tag: KeyValue): void;
  removeVersionTag(name: string, version: number, key: string): void;
  searchVersions(search: Search<'tag' | 'attribute'>, prompts: boolean): Page<RegistryVersion>;
}
