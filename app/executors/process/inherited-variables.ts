/** Names that a program gets from Lathe's own environment; a `*` stands for any ending. */
const PASSED_ON = [
  ...[
    'PATH',
    'HOME',
    'USER',
    'LOGNAME',
    'SHELL',
    'LANG',
    'LANGUAGE',
    'LC_*',
    'TZ',
    'TMPDIR',
    'TMP',
    'TEMP',
    'XDG_*',
  ],
  ...[
    'LD_LIBRARY_PATH',
    'DYLD_*',
    'CUDA_*',
    'NVIDIA_*',
    'NCCL_*',
    'CUDNN_*',
    'ROCM_*',
    'ROCR_*',
    'HIP_*',
    'HSA_*',
  ],
  ...['OMP_*', 'GOMP_*', 'KMP_*', 'MKL_*', 'OPENBLAS_*', 'NUMEXPR_*', 'VECLIB_*'],
  ...['PIP_*', 'UV_*', 'PYENV_*'],
  ...['SSL_*', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE'],
  ...[
    'HTTP_PROXY',
    'HTTPS_PROXY',
    'ALL_PROXY',
    'NO_PROXY',
    'http_proxy',
    'https_proxy',
    'all_proxy',
    'no_proxy',
  ],
  ...['HF_HOME', 'HF_HUB_*', 'HF_DATASETS_*', 'TRANSFORMERS_*', 'TORCH_*', 'TORCHINDUCTOR_*', 'TRITON_*'],
];

const pattern = new RegExp(`^(${PASSED_ON.map((name) => name.replace('*', '.*')).join('|')})$`);
/** Keys to other people's services. Those of package indexes are needed where an environment is made. */
const secret = /^(?!PIP_|UV_).*(TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL)/i;

/**
 * The part of an environment that a program may see: what the user's machine is like, and nothing of Lathe's. A
 * program must not behave otherwise because of how Lathe happened to be started, so the list says what is passed.
 */
export function inheritedVariables(environment: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined && pattern.test(entry[0]) && !secret.test(entry[0]),
    ),
  );
}
