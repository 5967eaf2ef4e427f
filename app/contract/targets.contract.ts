import { z } from 'zod';
import { nameOrId, objectName } from './ids.ts';
import { procedure } from './procedure.ts';
import { doctorCheck } from './system.contract.ts';
import { epochMs } from './wire.ts';

/** How to reach a container engine. */
export const engineAddress = z.object({
  /**
   * `unix:///path`, `tcp://host:port`, `ssh://user@host` or `npipe://…`; null: DOCKER_HOST, the current Docker context, or the
   * usual sockets of Docker, rootless Docker and Podman.
   */
  host: z
    .string()
    .regex(/^(unix|tcp|ssh|npipe):\/\/.+/, 'an engine is unix://, tcp://, ssh:// or npipe://')
    .nullable(),
  /** Paths of PEM files for a TLS-protected engine. */
  tls: z.object({ ca: z.string(), cert: z.string(), key: z.string() }).nullable(),
  /** Whether the engine sees this machine's files; null: it does when its address is a socket here. */
  shared: z.boolean().nullable(),
});
export type EngineAddress = z.infer<typeof engineAddress>;

/** Somewhere runs execute. `native`, `process` and `docker` are always there; more engines can be added. */
export const target = z.object({
  name: z.string(),
  kind: z.enum(['native', 'process', 'docker']),
  builtin: z.boolean(),
  /** What it is, in a line for people. */
  summary: z.string(),
  engine: engineAddress.nullable(),
  /** Runs that are queued or running there now. */
  active: z.number().int(),
  createdAt: epochMs.nullable(),
});
export type Target = z.infer<typeof target>;

export const interpreter = z.object({
  path: z.string(),
  version: z.string(),
  kind: z.enum(['system', 'venv', 'conda', 'uv', 'pyenv']),
});
export type Interpreter = z.infer<typeof interpreter>;

/** What runs left behind on a target and is not needed any more. */
export const leftover = z.object({
  id: z.string(),
  kind: z.enum(['container', 'image', 'environment', 'checkout']),
  name: z.string(),
  /** Null where the target does not say. */
  sizeBytes: z.number().int().nullable(),
  usedAt: epochMs.nullable(),
  /** Whether a run that is queued or running needs it; then it is not removed. */
  inUse: z.boolean(),
});
export type Leftover = z.infer<typeof leftover>;

const one = z.object({ target: nameOrId });

export const targetsContract = {
  list: procedure
    .route({ method: 'GET', path: '/targets', summary: 'Where runs can execute' })
    .output(z.array(target)),
  add: procedure
    .route({ method: 'POST', path: '/targets', summary: 'Add a container engine' })
    .input(z.object({ name: objectName, engine: engineAddress }))
    .output(target),
  remove: procedure
    .route({ method: 'DELETE', path: '/targets/{target}', summary: 'Forget an engine that was added' })
    .input(one)
    .output(target),
  check: procedure
    .route({
      method: 'GET',
      path: '/targets/{target}/check',
      summary: 'Whether a target works, and what it lacks',
    })
    .input(one)
    .output(z.array(doctorCheck)),
  interpreters: procedure
    .route({ method: 'GET', path: '/interpreters', summary: 'Python interpreters of this machine' })
    .input(
      z.object({
        /** A project's folder whose own environments count too. */
        folder: z.string().optional(),
      }),
    )
    .output(z.array(interpreter)),
  leftovers: procedure
    .route({
      method: 'GET',
      path: '/targets/{target}/leftovers',
      summary: 'Images, containers, environments and copies of data that runs left on a target',
    })
    .input(one)
    .output(z.array(leftover)),
  removeLeftovers: procedure
    .route({ method: 'POST', path: '/targets/{target}/leftovers/remove', summary: 'Remove leftovers' })
    .input(one.extend({ ids: z.array(z.string()).min(1).max(1000) }))
    .output(z.object({ removed: z.array(z.string()), freedBytes: z.number().int() })),
};
