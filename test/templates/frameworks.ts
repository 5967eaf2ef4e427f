import { pythonWith, torchPython } from '../support/python.ts';
import { skipAloud } from '../support/services.ts';

/** Versions are held, so that a new release of a framework is met on purpose. */
const FRAMEWORKS = {
  torch: () => torchPython(),
  transformers: () => torchPython(['transformers==4.37.2', 'tokenizers==0.15.2']),
  tables: () => pythonWith(['scikit-learn==1.9.1', 'skl2onnx==1.20.0', 'onnx==1.23.2', 'lightgbm==4.7.0']),
  arrays: () => pythonWith(['jax==0.10.2', 'keras==3.15.1', 'onnx==1.23.2']),
} as const;

/** An interpreter for these templates, or null, said aloud; an error where LATHE_TEST_REQUIRE names `python`, or `torch`. */
export async function interpreterFor(framework: keyof typeof FRAMEWORKS): Promise<string | null> {
  const python = await FRAMEWORKS[framework]();
  const needsTorch = framework === 'torch' || framework === 'transformers';
  if (python === null && needsTorch)
    return skipAloud('torch', 'templates of PyTorch', `there is no Python with ${framework}`);
  return python;
}
