import { Live } from '../../kernel/live.ts';
import type { ServedEndpoint } from '../../kernel/ports/inference-server.ts';
import { EndpointMeter } from './endpoint-meter.ts';
import { ModelConnection } from './model-connection.ts';

export interface ServedModel {
  readonly endpoint: ServedEndpoint;
  readonly connection: ModelConnection;
  readonly meter: EndpointMeter;
}

/** The models that the server answers for, by the name in the URL. */
export class ServedModels {
  readonly #byName = new Map<string, ServedModel>();
  /** Socket paths whose last request is answered. */
  readonly drained = new Live<string>();
  /** Ids of endpoints that answered something. */
  readonly recorded = new Live<string>();

  /**
   * Answer for an endpoint from now on. An endpoint that is there switches over without a gap: requests that the old
   * worker has are still answered by it. Counts go on.
   */
  async add(endpoint: ServedEndpoint): Promise<void> {
    const connection = await ModelConnection.connect(endpoint.socketPath);
    const previous = this.#byName.get(endpoint.name);
    const meter = previous?.endpoint.id === endpoint.id ? previous.meter : new EndpointMeter();
    this.#byName.set(endpoint.name, { endpoint, connection, meter });
    if (previous) void this.#drain(previous);
  }

  /** Stop answering for an endpoint; resolves when its last request is answered. */
  async remove(endpointId: string): Promise<void> {
    const served = this.byId(endpointId);
    if (!served) return;
    this.#byName.delete(served.endpoint.name);
    await this.#drain(served);
  }

  byName(name: string): ServedModel | undefined {
    return this.#byName.get(name);
  }

  byId(endpointId: string): ServedModel | undefined {
    return this.all.find(({ endpoint }) => endpoint.id === endpointId);
  }

  get all(): readonly ServedModel[] {
    return [...this.#byName.values()];
  }

  async #drain({ endpoint, connection }: ServedModel): Promise<void> {
    await connection.drain();
    this.drained.emit(endpoint.socketPath);
  }
}
