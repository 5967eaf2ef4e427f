"""Fine-tunes a transformer of Hugging Face to tell the class of a text, without the network.

With an input called `model`, the folder of a pretrained model with its tokenizer (what `save_pretrained` writes, or a copy of a
repository), that one is fine-tuned. Without it a very small BERT is made here, and its tokenizer takes its words from the texts:
enough to see everything work, and no match for a pretrained one.
"""

import argparse
import math
import os
import signal
import sys
from collections import Counter
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"  # a name that is no folder is then an error at once, not a download
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import numpy as np  # noqa: E402
import torch  # noqa: E402
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402
from transformers import AutoModelForSequenceClassification, AutoTokenizer  # noqa: E402
from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast  # noqa: E402

import lathe  # noqa: E402
from onnx_file import export_onnx  # noqa: E402
from reviews import load_reviews  # noqa: E402


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--batch_size", type=int, default=32)
    parser.add_argument("--learning_rate", type=float, default=0.0005)
    parser.add_argument("--longest", type=int, default=24)
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--samples", type=int, default=2000)
    parser.add_argument("--text", default="text")
    parser.add_argument("--label", default="label")
    parser.add_argument("--seed", type=int, default=7)
    return lathe.config(parser.parse_args())  # recorded with the run


class Served(nn.Module):
    """The most likely class, and how likely each one is."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask):
        scores = self.model(input_ids=input_ids, attention_mask=attention_mask).logits
        return scores.argmax(dim=1), F.softmax(scores, dim=1)


def new_tokenizer(texts, most_words=4000):
    """A tokenizer that knows the most frequent words of the texts, and spells the others letter by letter.

    The library's own trainer would learn pieces of words as well, but not the same ones each time.
    """
    normalizer, splitter = normalizers.BertNormalizer(lowercase=True), pre_tokenizers.BertPreTokenizer()
    words = Counter(word for text in texts for word, _ in splitter.pre_tokenize_str(normalizer.normalize_str(text)))
    letters = sorted(set("".join(words)))
    frequent = sorted(words, key=lambda word: (-words[word], word))[:most_words]
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    # Two signs before a letter say that it goes on with a word instead of beginning one.
    known = dict.fromkeys(special + letters + [f"##{letter}" for letter in letters] + frequent)
    tokenizer = Tokenizer(models.WordPiece({word: number for number, word in enumerate(known)}, unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = normalizer, splitter
    ends = [(name, tokenizer.token_to_id(name)) for name in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ends)
    names = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token", "mask_token"), special))
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names)


def new_model(words, longest, classes, args):
    config = BertConfig(
        vocab_size=words,
        hidden_size=args.width,
        num_hidden_layers=args.layers,
        num_attention_heads=4,
        intermediate_size=2 * args.width,
        max_position_embeddings=longest,
        num_labels=classes,
    )
    return BertForSequenceClassification(config)


def load(texts, classes, args):
    """Model and tokenizer: of the last checkpoint, of the folder that was given, or new ones."""
    pretrained = lathe.inputs.get("model")
    folder = lathe.resume() or pretrained
    if folder is None:
        tokenizer = new_tokenizer(texts)
        return new_model(len(tokenizer), args.longest, len(classes), args), tokenizer
    # A pretrained model brings a head for other classes, if any: a fresh one takes its place.
    how = {"num_labels": len(classes), "ignore_mismatched_sizes": True, "local_files_only": True}
    model = AutoModelForSequenceClassification.from_pretrained(folder, **how)
    return model, AutoTokenizer.from_pretrained(folder, local_files_only=True)


def main():
    args = options()
    torch.manual_seed(args.seed)  # the same seed gives the same first weights
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

    # An input called `model` alone is no data set.
    data = None if list(lathe.inputs) == ["model"] else lathe.data()
    texts, labels = load_reviews(data, args.samples, args.seed, args.text, args.label)
    classes = sorted(set(labels))
    model, tokenizer = load(texts, classes, args)
    model.config.id2label = dict(enumerate(classes))
    model.config.label2id = {name: number for number, name in enumerate(classes)}
    # The plain arithmetic of attention, which the export to ONNX knows in every version.
    model.config._attn_implementation = "eager"
    model.to(device)

    encoded = tokenizer(texts, padding="max_length", truncation=True, max_length=args.longest, return_tensors="pt")
    tokens, mask = encoded["input_ids"], encoded["attention_mask"]
    targets = torch.tensor([classes.index(label) for label in labels])
    held_out = torch.from_numpy(np.random.default_rng(args.seed).permutation(len(texts)) % 5 == 0)
    train = [part[~held_out].to(device) for part in (tokens, mask, targets)]
    val = [part[held_out].to(device) for part in (tokens, mask, targets)]

    optimizer = torch.optim.AdamW(model.parameters(), lr=args.learning_rate, weight_decay=0.01)
    steps_per_epoch = math.ceil(len(train[0]) / args.batch_size)
    total_steps = args.epochs * steps_per_epoch
    # The rate falls to zero in a line, so that the last steps only settle what was learned.
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: max(0.0, 1 - step / total_steps))
    start = resume(optimizer, schedule, device)

    # Asked to stop, the program finishes its step and saves, so that nothing is lost when the run is resumed.
    asked_to_stop = []
    signal.signal(signal.SIGTERM, lambda number, frame: asked_to_stop.append(number))

    model.train()
    for step in range(start, total_steps):
        epoch, batch = divmod(step, steps_per_epoch)
        # What is random depends on the seed and where it is used, not on what came before: so a resumed run takes the same
        # texts and drops the same units as one that was never interrupted.
        torch.manual_seed(args.seed * 1_000_000 + step)
        order = np.random.default_rng([args.seed, epoch]).permutation(len(train[0]))
        rows = torch.from_numpy(order[batch * args.batch_size : (batch + 1) * args.batch_size]).to(device)
        scores = model(input_ids=train[0][rows], attention_mask=train[1][rows]).logits
        loss = F.cross_entropy(scores, train[2][rows])
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
        optimizer.step()
        schedule.step()
        lathe.log({"train_loss": loss.item()}, step=step)
        lathe.progress(step + 1, total_steps, f"epoch {epoch + 1} of {args.epochs}")

        epoch_ends = batch + 1 == steps_per_epoch
        if epoch_ends:
            lathe.log({"epoch": epoch + 1, **measure(model, *val)}, step=step)
        if epoch_ends or asked_to_stop:
            save(model, tokenizer, optimizer, schedule, step + 1)
        if asked_to_stop:
            sys.exit(128 + signal.SIGTERM)

    for key, value in measure(model, *val).items():
        lathe.summary[key] = value
    finished = Path(lathe.outputs) / "transformer"
    model.save_pretrained(finished)
    tokenizer.save_pretrained(finished)
    lathe.log_model(finished, "transformer")
    inputs = {"input_ids": val[0][:8], "attention_mask": val[1][:8]}
    export_onnx(
        Served(model), inputs, ["label", "probabilities"], {"lathe.task": "classification", "lathe.labels": classes}
    )


def measure(model, tokens, mask, targets):
    model.eval()  # no dropout while measuring
    with torch.no_grad():
        batches = zip(tokens.split(256), mask.split(256))
        scores = torch.cat([model(input_ids=ids, attention_mask=seen).logits for ids, seen in batches])
    model.train()
    accuracy = (scores.argmax(dim=1) == targets).float().mean().item()
    return {"val_loss": F.cross_entropy(scores, targets).item(), "val_accuracy": accuracy}


def save(model, tokenizer, optimizer, schedule, step):
    """Everything that the next step depends on. The folder counts once it is complete, so a kill harms nothing."""
    with lathe.checkpoint(step) as folder:
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        state = {"step": step, "optimizer": optimizer.state_dict(), "schedule": schedule.state_dict()}
        torch.save(state, f"{folder}/state.pt")


def resume(optimizer, schedule, device):
    """The step to go on with: that of the last checkpoint when the run is resumed, else 0."""
    folder = lathe.resume()
    if folder is None:
        return 0
    state = torch.load(f"{folder}/state.pt", map_location=device)
    optimizer.load_state_dict(state["optimizer"])
    schedule.load_state_dict(state["schedule"])
    return state["step"]


if __name__ == "__main__":
    main()
