import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { pythonWith, torchPython } from '../support/python.ts';
import { frameworks } from './frameworks.ts';
import { recordsOf, runFolder, runProgram, seriesOf, variablesOf } from './python-program.ts';

const INSTALL_LIMIT_MS = 600_000;

async function run(python: string, source: string, variables: Record<string, string> = {}) {
  const folder = runFolder();
  const ended = await runProgram(python, source, {
    variables: { ...variablesOf(folder), KERAS_BACKEND: 'jax', JAX_PLATFORMS: 'cpu', ...variables },
    cwd: path.join(folder, 'code'),
  });
  const complaints = ended.stderr.split('\n').filter((line) => line.startsWith('lathe: '));
  if (ended.exitCode !== 0 || complaints.length > 0) throw new Error(ended.stderr);
  const params = Object.fromEntries(recordsOf(folder, 'param').map(({ key, value }) => [key, value]));
  return { folder, params, models: recordsOf(folder, 'artifact').map(({ path }) => path), ...ended };
}

const finite = (series: readonly [number, number | string][]) =>
  series.every(([, value]) => Number.isFinite(value));
const stepsOf = (folder: string, key: string) => seriesOf(folder, key).map(([step]) => step);

const TABLE = `
import numpy as np
random = np.random.RandomState(0)
X = random.randn(300, 4); y = (X[:, 0] > 0).astype(int)
`;

describe('scikit-learn, LightGBM and XGBoost', () => {
  let python: string | null = null;
  beforeAll(async () => {
    python = await pythonWith(frameworks);
  }, INSTALL_LIMIT_MS);

  it.for(['before', 'after'])(
    'autolog %s the import records each model that is fitted',
    async (when, { skip }) => {
      if (!python) return skip();
      const imports = `
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.model_selection import GridSearchCV
`;
      const { folder, params } = await run(
        python,
        `import lathe\n${when === 'before' ? `lathe.autolog()${imports}` : `${imports}lathe.autolog()`}${TABLE}
StandardScaler().fit(X)
make_pipeline(StandardScaler(), LogisticRegression(C=0.5)).fit(X, y)
GridSearchCV(LogisticRegression(), {"C": [0.1, 1]}).fit(X, y)
`,
      );
      expect(params).toMatchObject({ logisticregression__C: 0.5 });
      expect(stepsOf(folder, 'training_score')).toEqual([0, 1]);
      expect(seriesOf(folder, 'best_score')).toHaveLength(1);
      expect(finite(seriesOf(folder, 'training_score'))).toBe(true);
    },
  );

  it('boosting records its evaluation sets after each round, by autolog and by the callbacks themselves', async ({
    skip,
  }) => {
    if (!python) return skip();
    const { folder, models } = await run(
      python,
      `
import lathe
lathe.autolog("lightgbm", "xgboost")
${TABLE}
import lightgbm, xgboost
sets = [lightgbm.Dataset(X[200:], y[200:])]
booster = lightgbm.train({"objective": "binary", "verbose": -1, "learning_rate": 0.2}, lightgbm.Dataset(X[:200], y[:200]), 5, sets)
matrix = xgboost.DMatrix(X, y)
trees = xgboost.train({"objective": "binary:logistic", "max_depth": 2}, matrix, 4, evals=[(matrix, "train")], verbose_eval=False)
lathe.log_model(booster, "light"); lathe.log_model(trees, "extreme")
from lathe.integrations.xgboost import LatheCallback
xgboost.XGBClassifier(n_estimators=3, callbacks=[LatheCallback()]).fit(X, y, eval_set=[(X, y)], verbose=False)
lightgbm.LGBMClassifier(n_estimators=3, verbose=-1).fit(X, y)
`,
    );
    expect(stepsOf(folder, 'valid_0/binary_logloss')).toEqual([0, 1, 2, 3, 4]);
    expect(stepsOf(folder, 'train/logloss')).toEqual([0, 1, 2, 3]);
    expect(stepsOf(folder, 'validation_0/logloss')).toEqual([0, 1, 2]);
    const recorded = recordsOf(folder, 'param').map(({ key, value }) => `${key} ${value}`);
    expect(recorded).toEqual(
      expect.arrayContaining(['learning_rate 0.2', 'max_depth 2', 'objective binary:logistic']),
    );
    expect(models).toEqual(['light.txt', 'extreme.json']);
    expect(recordsOf(folder, 'progress').at(-1)).toMatchObject({ fraction: 1 });
  });

  it('a trial ends after three rounds', async ({ skip }) => {
    if (!python) return skip();
    const { folder, stdout } = await run(
      python,
      `import lathe\nlathe.autolog()\n${TABLE}\nimport lightgbm\nlightgbm.train({"verbose": -1}, lightgbm.Dataset(X, y), 50)\nprint("never")`,
      { LATHE_PREFLIGHT: '1' },
    );
    expect(stdout).toBe('');
    const summary = Object.fromEntries(recordsOf(folder, 'summary').map(({ key, value }) => [key, value]));
    expect(summary).toMatchObject({
      'preflight/total_steps': 50,
      'preflight/step_seconds': expect.any(Number),
    });
  });

  it('wrong arguments fail as they do without autolog', async ({ skip }) => {
    if (!python) return skip();
    const { stdout } = await run(
      python,
      `
import lathe
lathe.autolog()
import lightgbm
from sklearn.linear_model import LinearRegression
for wrong in (lambda: lightgbm.train(), lambda: LinearRegression().fit([[1]], [1, 2])):
    try:
        wrong()
    except (TypeError, ValueError) as error:
        print(type(error).__name__)
`,
    );
    expect(stdout).toBe('TypeError\nValueError\n');
  });
});

describe('Keras', () => {
  let python: string | null = null;
  beforeAll(async () => {
    python = await pythonWith(['keras', 'jax[cpu]']);
  }, INSTALL_LIMIT_MS);

  const model = `
import numpy as np, keras
model = keras.Sequential([keras.layers.Dense(4, activation="relu"), keras.layers.Dense(1)])
model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse", metrics=["mae"])
x = np.random.randn(64, 3); y = x[:, 0]
`;

  it('autolog records the metrics of each epoch', async ({ skip }) => {
    if (!python) return skip();
    const { folder, params, models } = await run(
      python,
      `import lathe\nlathe.autolog()${model}
model.fit(x, y, epochs=3, batch_size=16, verbose=0, validation_data=(x, y))
lathe.log_model(model)
`,
    );
    for (const key of ['loss', 'mae', 'val_loss', 'val_mae']) {
      expect(stepsOf(folder, key)).toEqual([0, 1, 2]);
      expect(finite(seriesOf(folder, key))).toBe(true);
    }
    expect(params).toMatchObject({ optimizer: 'Adam', learning_rate: 0.01, epochs: 3 });
    expect(models).toEqual(['model.keras']);
  });

  it('the callback records batches too where it is asked to, and once beside autolog', async ({ skip }) => {
    if (!python) return skip();
    const { folder } = await run(
      python,
      `import lathe\nlathe.autolog()${model}
from lathe.integrations.keras import LatheCallback
model.fit(x, y, epochs=2, batch_size=16, verbose=0, callbacks=LatheCallback(every=2))
`,
    );
    expect(stepsOf(folder, 'batch/loss')).toEqual([2, 4, 6, 8]);
    expect(stepsOf(folder, 'loss')).toEqual([0, 1]);
  });

  it('a trial ends after three batches', async ({ skip }) => {
    if (!python) return skip();
    const { folder, stdout } = await run(
      python,
      `import lathe\nlathe.autolog()${model}\nmodel.fit(x, y, epochs=50, batch_size=16, verbose=0)\nprint("never")`,
      { LATHE_PREFLIGHT: '1' },
    );
    expect(stdout).toBe('');
    expect(recordsOf(folder, 'summary')).toContainEqual({
      type: 'summary',
      key: 'preflight/total_steps',
      value: 200,
    });
  });
});

describe('PyTorch', () => {
  let python: string | null = null;
  beforeAll(async () => {
    python = await torchPython();
  }, INSTALL_LIMIT_MS);

  it('autolog records the loss and the learning rate at intervals', async ({ skip }) => {
    if (!python) return skip();
    const { folder, models } = await run(
      python,
      `
import lathe
lathe.autolog()
import torch
model = torch.nn.Linear(3, 1)
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
schedule = torch.optim.lr_scheduler.StepLR(optimizer, 10)
for i in range(35):
    optimizer.zero_grad()
    loss = (model(torch.randn(8, 3)) ** 2).mean()
    loss.backward()
    optimizer.step()
    schedule.step()
lathe.log(own=loss, half=loss.half(), step=100)
lathe.log_model(model)
lathe.log_image(torch.rand(3, 5, 7), "sample")
`,
    );
    expect(stepsOf(folder, 'loss')).toEqual([1, 10, 20, 30]);
    expect(seriesOf(folder, 'learning_rate')[0]).toEqual([1, 0.02]);
    expect(finite(seriesOf(folder, 'own'))).toBe(true);
    expect(models).toEqual(['model.pt', 'images/sample/100.png']);
  });

  it('ranks of a process group are known without torchrun', async ({ skip }) => {
    if (!python) return skip();
    const { folder } = await run(
      python,
      `
import lathe, os, torch
import torch.distributed as dist
import torch.multiprocessing as mp
def work(rank, path):
    dist.init_process_group("gloo", init_method="file://" + path, rank=rank, world_size=2)
    lathe.log(loss=rank)
    lathe.log(mine=rank, all_ranks=True)
    dist.barrier()
if __name__ == "__main__":
    mp.spawn(work, args=(os.path.abspath("rendezvous"),), nprocs=2)
`,
    );
    expect(seriesOf(folder, 'loss')).toEqual([[0, 0]]);
    expect(seriesOf(folder, 'rank_1/mine').map(([, value]) => value)).toEqual([1]);
  });
});

/** The distribution's PyTorch 1.13 declares two data classes in a way that its Python 3.11 refuses; a hash makes them acceptable. */
const LET_TORCH_SHARD = `
import dataclasses
plain = dataclasses.dataclass
def tolerant(kind=None, **options):
    if kind is None:
        return lambda kind: tolerant(kind, **options)
    if kind.__name__ in ("TensorProperties", "ShardedTensorMetadata"):
        options["unsafe_hash"] = True
    return plain(kind, **options)
dataclasses.dataclass = tolerant
import torch.distributed._shard.sharded_tensor
dataclasses.dataclass = plain
`;

describe('Lightning', () => {
  let python: string | null = null;
  beforeAll(async () => {
    python = await torchPython(['lightning==2.0.9', 'pytorch-lightning==2.0.9']);
  }, INSTALL_LIMIT_MS);

  const program = (lightning: string, trainer: string) => `${LET_TORCH_SHARD}
import lathe
lathe.autolog()
import torch, ${lightning} as pl
class Net(pl.LightningModule):
    def __init__(self, width=3):
        super().__init__()
        self.save_hyperparameters()
        self.layer = torch.nn.Linear(width, 1)
    def training_step(self, batch, index):
        loss = (self.layer(batch[0]) ** 2).mean()
        self.log("train_loss", loss)
        return loss
    def validation_step(self, batch, index):
        self.log("val_loss", (self.layer(batch[0]) ** 2).mean())
    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.1)
data = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.randn(64, 3)), batch_size=8)
quiet = dict(enable_progress_bar=False, enable_model_summary=False, enable_checkpointing=False, accelerator="cpu", log_every_n_steps=2)
${trainer}
trainer.fit(Net(), data, data)
print("end")
`;

  it.for(['lightning.pytorch', 'pytorch_lightning'])(
    '%s: autolog records what modules log',
    async (name, { skip }) => {
      if (!python) return skip();
      const { folder, params } = await run(
        python,
        program(name, 'trainer = pl.Trainer(max_epochs=2, logger=False, **quiet)'),
      );
      expect(stepsOf(folder, 'train_loss')).toEqual([1, 3, 5, 7, 9, 11, 13, 15]);
      expect(stepsOf(folder, 'val_loss')).toEqual([7, 15]);
      expect(stepsOf(folder, 'loss')).toEqual([]);
      expect(params).toEqual({ width: 3 });
      expect(recordsOf(folder, 'progress').at(-1)).toMatchObject({ fraction: 1, message: 'epoch 2' });
    },
  );

  it('the logger and the callback may be given by hand', async ({ skip }) => {
    if (!python) return skip();
    const trainer = `
from lathe.integrations.lightning import LatheCallback, LatheLogger
trainer = pl.Trainer(max_epochs=1, logger=LatheLogger(), callbacks=[LatheCallback()], **quiet)`;
    const { folder } = await run(python, program('lightning.pytorch', trainer));
    expect(stepsOf(folder, 'train_loss')).toEqual([1, 3, 5, 7]);
  });

  it('a trial ends after three steps', async ({ skip }) => {
    if (!python) return skip();
    const trainer = 'trainer = pl.Trainer(max_epochs=2, logger=False, **quiet)';
    const { folder, stdout } = await run(python, program('lightning.pytorch', trainer), {
      LATHE_PREFLIGHT: '1',
    });
    expect(stdout).toBe('');
    expect(recordsOf(folder, 'summary')).toContainEqual({
      type: 'summary',
      key: 'preflight/total_steps',
      value: 16,
    });
  });
});

describe("Hugging Face's Trainer", () => {
  let python: string | null = null;
  beforeAll(async () => {
    python = await torchPython(['transformers==4.30.2', 'accelerate==0.20.3']);
  }, INSTALL_LIMIT_MS);

  it('autolog records what it logs, and the model', async ({ skip }) => {
    if (!python) return skip();
    const { folder, params, models } = await run(
      python,
      `
import lathe
lathe.autolog()
import torch
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments
small = dict(vocab_size=20, hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8)
model = BertForSequenceClassification(BertConfig(**small))
data = [{"input_ids": torch.randint(0, 20, (5,)), "labels": torch.tensor(i % 2)} for i in range(32)]
arguments = TrainingArguments("out", num_train_epochs=2, logging_steps=2, per_device_train_batch_size=8, report_to=[],
    save_strategy="no", disable_tqdm=True, no_cuda=True, optim="adamw_torch", learning_rate=1e-3)
Trainer(model, arguments, train_dataset=data).train()
lathe.log_model(model)
`,
    );
    expect(stepsOf(folder, 'loss')).toEqual([2, 4, 6, 8]);
    expect(finite(seriesOf(folder, 'loss'))).toBe(true);
    expect(params).toMatchObject({ learning_rate: 0.001, model: 'BertForSequenceClassification' });
    expect(models).toContain('model/config.json');
  });
});
