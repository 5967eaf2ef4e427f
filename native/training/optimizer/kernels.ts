import { at, encodeModule, everySixteenBytes, f32x4, local, type } from '../../web-assembly/wasm-code.ts';

/** One update of all parameters. Offsets are in floats from the start of the memory; `length` is a multiple of 4. */
export interface Kernels {
  /** `step` = lr / (1 − β₁ᵗ), `root` = √(1 − β₂ᵗ). */
  adam(
    p: number,
    g: number,
    m: number,
    v: number,
    length: number,
    decay: number,
    beta1: number,
    beta2: number,
    step: number,
    root: number,
    epsilon: number,
  ): void;
  sgd(
    p: number,
    g: number,
    buffer: number,
    length: number,
    decay: number,
    momentum: number,
    rate: number,
  ): void;
}

const { i32, f32, v128 } = type;

/**
 * The optimisers as WebAssembly with SIMD over `memory`. Formulas are those of PyTorch 2's `torch.optim.Adam` (Kingma
 * & Ba 2015, with the penalty added to the gradient) and `torch.optim.SGD` with momentum.
 */
export function wasmKernels(memory: WebAssembly.Memory): Kernels {
  // Parameters first, then locals: i counts bytes, G M V hold four floats each.
  const adam = (() => {
    const [p, g, m, v, end, decay, beta1, rest1, beta2, rest2, step, root, epsilon] = [
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
    ] as const;
    const [i, G, M, V] = [13, 14, 15, 16] as const;
    const all = (scalar: number) => f32x4.splat(local.get(scalar));
    const body = everySixteenBytes(i, end, [
      ...f32x4.add(f32x4.load(at(g, i)), f32x4.mul(all(decay), f32x4.load(at(p, i)))),
      ...local.set(G),
      ...f32x4.add(f32x4.mul(all(beta1), f32x4.load(at(m, i))), f32x4.mul(all(rest1), local.get(G))),
      ...local.set(M),
      ...f32x4.store(at(m, i), local.get(M)),
      ...f32x4.add(
        f32x4.mul(all(beta2), f32x4.load(at(v, i))),
        f32x4.mul(all(rest2), f32x4.mul(local.get(G), local.get(G))),
      ),
      ...local.set(V),
      ...f32x4.store(at(v, i), local.get(V)),
      ...f32x4.store(
        at(p, i),
        f32x4.sub(
          f32x4.load(at(p, i)),
          f32x4.div(
            f32x4.mul(all(step), local.get(M)),
            f32x4.add(f32x4.div(f32x4.sqrt(local.get(V)), all(root)), all(epsilon)),
          ),
        ),
      ),
    ]);
    return {
      name: 'adam',
      parameters: [i32, i32, i32, i32, i32, f32, f32, f32, f32, f32, f32, f32, f32],
      locals: [i32, v128, v128, v128],
      body,
    };
  })();
  const sgd = (() => {
    const [p, g, buffer, end, decay, momentum, rate, i, B] = [0, 1, 2, 3, 4, 5, 6, 7, 8] as const;
    const all = (scalar: number) => f32x4.splat(local.get(scalar));
    const body = everySixteenBytes(i, end, [
      ...f32x4.add(
        f32x4.mul(all(momentum), f32x4.load(at(buffer, i))),
        f32x4.add(f32x4.load(at(g, i)), f32x4.mul(all(decay), f32x4.load(at(p, i)))),
      ),
      ...local.set(B),
      ...f32x4.store(at(buffer, i), local.get(B)),
      ...f32x4.store(at(p, i), f32x4.sub(f32x4.load(at(p, i)), f32x4.mul(all(rate), local.get(B)))),
    ]);
    return { name: 'sgd', parameters: [i32, i32, i32, i32, f32, f32, f32], locals: [i32, v128], body };
  })();

  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(encodeModule([adam, sgd])), {
    env: { memory },
  });
  const functions = exports as unknown as Record<'adam' | 'sgd', (...values: number[]) => void>;
  return {
    adam: (p, g, m, v, length, decay, beta1, beta2, step, root, epsilon) =>
      functions.adam(
        p * 4,
        g * 4,
        m * 4,
        v * 4,
        length * 4,
        decay,
        beta1,
        1 - beta1,
        beta2,
        1 - beta2,
        step,
        root,
        epsilon,
      ),
    sgd: (p, g, buffer, length, decay, momentum, rate) =>
      functions.sgd(p * 4, g * 4, buffer * 4, length * 4, decay, momentum, rate),
  };
}

/** The same in JavaScript, for processors without WebAssembly SIMD, and as the measure that the tests hold the other to. */
export function plainKernels(memory: WebAssembly.Memory): Kernels {
  const floats = new Float32Array(memory.buffer);
  const round = Math.fround;
  return {
    adam(p, g, m, v, length, decay, beta1, beta2, step, root, epsilon) {
      const [b1, r1, b2, r2, wd, s, r, e] = [
        beta1,
        1 - beta1,
        beta2,
        1 - beta2,
        decay,
        step,
        root,
        epsilon,
      ].map(round) as [number, number, number, number, number, number, number, number];
      for (let i = 0; i < length; i++) {
        const gradient = round(floats[g + i]! + round(wd * floats[p + i]!));
        const first = round(round(b1 * floats[m + i]!) + round(r1 * gradient));
        const second = round(round(b2 * floats[v + i]!) + round(r2 * round(gradient * gradient)));
        floats[m + i] = first;
        floats[v + i] = second;
        floats[p + i] =
          floats[p + i]! - round(round(s * first) / round(round(round(Math.sqrt(second)) / r) + e));
      }
    },
    sgd(p, g, buffer, length, decay, momentum, rate) {
      const [wd, mu, lr] = [decay, momentum, rate].map(round) as [number, number, number];
      for (let i = 0; i < length; i++) {
        const gradient = round(floats[g + i]! + round(wd * floats[p + i]!));
        const next = round(round(mu * floats[buffer + i]!) + gradient);
        floats[buffer + i] = next;
        floats[p + i] = floats[p + i]! - round(lr * next);
      }
    },
  };
}

/** The quick ones where they can be had. */
export function bestKernels(memory: WebAssembly.Memory): Kernels {
  try {
    return wasmKernels(memory);
  } catch {
    return plainKernels(memory);
  }
}
