import { z } from 'zod';

/** Where a container engine answers; what a target of kind `docker` stores. */
export const engineAddress = z.object({
  /**
   * `unix:///path`, `npipe:////./pipe/name`, `tcp://host:port` or `ssh://user@host[:port]`. Null: what the docker command would
   * use (DOCKER_HOST, its current context), else the first default socket that is there, rootless and Podman ones included.
   */
  host: z
    .string()
    .regex(/^(unix|npipe|tcp|http|https|ssh):\/\/\S+$/, {
      error: 'an address such as unix:///var/run/docker.sock, tcp://192.0.2.7:2376 or ssh://me@box',
    })
    .nullable()
    .default(null),
  /** Paths of PEM files for a `tcp` address; null: the connection is not encrypted. */
  tls: z.object({ ca: z.string(), cert: z.string(), key: z.string() }).nullable().default(null),
  /**
   * Whether the engine sees this machine's files under the same paths, so that folders can be mounted; otherwise they are copied in
   * and out. Null: true for sockets of this machine, false for all others.
   */
  shared: z.boolean().nullable().default(null),
});
export type EngineAddress = z.infer<typeof engineAddress>;
