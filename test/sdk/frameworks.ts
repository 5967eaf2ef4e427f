/** What the suites of libraries and hooks need, in one environment; XGBoost's small form without GPUs. */
export const frameworks = [
  'scikit-learn',
  'lightgbm',
  'xgboost-cpu',
  'pandas',
  'matplotlib',
  'pillow',
] as const;
