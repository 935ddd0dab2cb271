#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The reluserve authors
"""Trains the built-in model: a small residual CNN that reads handwritten digits.

Run on Debian 12, from the root of the repository (half a minute on one core):

    apt-get install -y --no-install-recommends \\
        python3-torch python3-sklearn python3-onnx python3-pil
    /usr/bin/python3 server/builtin/train_digits.py

It writes, over the committed files:

    server/builtin/digits.onnx          the model
    server/builtin/digits_labels.txt    the label of each output, one a line
    server/builtin/digits_test.bin      the images the model was not trained on (format: README.md)
    client/samples/digit_<label>_<index>.png
                                        one of those per class, by its place in digits_test.bin

Nothing is downloaded: the images come with python3-sklearn. Every random choice is seeded and one
thread computes, so the same packages on the same kind of CPU write the same bytes. The test images
choose nothing about the model: they are scored once, at the end.
"""

import io
import math
import struct
import sys
from pathlib import Path

import numpy as np
import onnx
import torch
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn
from torch.nn import functional as F

SEED = 20261121
TEST_IMAGES = 540  # of 1797
EPOCHS = 80
BATCH = 64
PEAK_LEARNING_RATE = 0.01
MIN_TEST_ACCURACY = 0.98  # below this, nothing is written
CLASSES = 10
MAX_PIXEL = 16  # the data set's pixels are counts, 0..16
OPERATORS = {
    "Add", "BatchNormalization", "Conv", "Flatten", "Gemm", "GlobalAveragePool", "MaxPool", "Relu"}
# Written into the model file, so that the data is credited wherever the model goes, which is into
# the server binary too.
DESCRIPTION = (
    'Reads handwritten digits. Trained on "Optical Recognition of Handwritten Digits", '
    "E. Alpaydin and C. Kaynak, UCI Machine Learning Repository, 1998, CC BY 4.0, "
    "https://doi.org/10.24432/C50P49, with pixels scaled to 0..1.")

BUILTIN_DIR = Path(__file__).resolve().parent
SAMPLES_DIR = BUILTIN_DIR.parents[1] / "client" / "samples"


class Add(nn.Module):
    """Addition as a module, so that it has a name of its own in the exported graph."""

    def forward(self, x, y):
        return x + y


class ResidualBlock(nn.Module):
    """relu(bn(conv(relu(bn(conv(x))))) + skip(x)).

    skip is bn(1x1 conv) where the number of channels changes, and nothing elsewhere.
    """

    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.relu1 = nn.ReLU()
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.skip = nn.Sequential()
        if in_channels != out_channels:
            self.skip.add_module("conv", nn.Conv2d(in_channels, out_channels, 1, bias=False))
            self.skip.add_module("bn", nn.BatchNorm2d(out_channels))
        self.add = Add()
        self.relu2 = nn.ReLU()

    def forward(self, x):
        y = self.relu1(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        return self.relu2(self.add(y, self.skip(x)))


class Stem(nn.Module):
    """relu(bn(conv(x)))"""

    def __init__(self, out_channels):
        super().__init__()
        self.conv = nn.Conv2d(1, out_channels, 3, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(out_channels)
        self.relu = nn.ReLU()

    def forward(self, x):
        return self.relu(self.bn(self.conv(x)))


class DigitsNet(nn.Module):
    """[batch,1,8,8] in 0..1 to [batch,10] logits. Attribute names become the ONNX node names."""

    def __init__(self):
        super().__init__()
        self.stem = Stem(16)
        self.block1 = ResidualBlock(16, 16)
        self.pool = nn.MaxPool2d(2)
        self.block2 = ResidualBlock(16, 32)
        self.block3 = ResidualBlock(32, 32)
        self.global_pool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.classifier = nn.Linear(32, CLASSES)

    def forward(self, image):
        x = self.block1(self.stem(image))
        x = self.block3(self.block2(self.pool(x)))
        return self.classifier(self.flatten(self.global_pool(x)))


def to_input(pixels, max_pixel=MAX_PIXEL):
    """uint8 [n,8,8] of 0..max_pixel to the model's float32 [n,1,8,8] of 0..1."""
    return torch.from_numpy(pixels).unsqueeze(1).float() / max_pixel


def augment(images):
    """Rotates each image by up to 12 degrees, scales it by 10 % and shifts it by 0.8 pixels."""
    count = len(images)

    def uniform(limit):
        return (torch.rand(count) * 2 - 1) * limit

    angle, scale = uniform(math.radians(12)), 1 + uniform(0.1)
    shift_x, shift_y = uniform(0.2), uniform(0.2)  # in half widths of the image, which are 4 pixels
    cos, sin = scale * torch.cos(angle), scale * torch.sin(angle)
    affine = torch.stack([cos, -sin, shift_x, sin, cos, shift_y], dim=1).view(count, 2, 3)
    grid = F.affine_grid(affine, images.shape, align_corners=False)
    return F.grid_sample(images, grid, align_corners=False)


def train(pixels, labels):
    """Returns a DigitsNet trained on these images, in evaluation mode."""
    model = DigitsNet()
    images, targets = to_input(pixels), torch.from_numpy(labels)
    optimizer = torch.optim.AdamW(model.parameters(), weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, PEAK_LEARNING_RATE,
        epochs=EPOCHS, steps_per_epoch=math.ceil(len(images) / BATCH))
    for epoch in range(1, EPOCHS + 1):
        total_loss = 0.0
        for chosen in torch.randperm(len(images)).split(BATCH):
            loss = F.cross_entropy(model(augment(images[chosen])), targets[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total_loss += loss.item() * len(chosen)
        if epoch % 10 == 0:
            mean_loss = total_loss / len(images)
            print(f"epoch {epoch}/{EPOCHS}: training loss {mean_loss:.4f}", flush=True)
    return model.eval()


def predict(model, images):
    """The most likely label of each image in a float32 [n,1,8,8]."""
    with torch.no_grad():
        return model(images).argmax(dim=1).numpy()


def name_by_module(graph):
    """Renames torch's "/stem/relu/Relu" to the module's path, "stem/relu", and its output alike."""
    graph_outputs = {output.name for output in graph.output}
    renamed = {}
    for node in graph.node:  # in topological order: a tensor is renamed before it is read
        node.name = node.name.strip("/").rpartition("/")[0]
        node.input[:] = [renamed.get(name, name) for name in node.input]
        if node.output[0] not in graph_outputs:
            renamed[node.output[0]] = node.name
            node.output[0] = node.name


def share_equal_weights(graph):
    """Lets every reader of an Identity read what the Identity reads, and drops it.

    Torch stores equal tensors once and reads the second through an Identity. Here those are the
    biases of block2/bn2 and block2/skip/bn: they are added to each other, so every step of training
    moved them alike.
    """
    source = {node.output[0]: node.input[0] for node in graph.node if node.op_type == "Identity"}
    kept = [node for node in graph.node if node.op_type != "Identity"]
    for node in kept:
        node.input[:] = [source.get(name, name) for name in node.input]
    del graph.node[:]
    graph.node.extend(kept)


def to_onnx(model):
    """The model as a checked ModelProto, with its batch normalisation unfolded."""
    buffer = io.BytesIO()
    # By default torch folds BatchNormalization into Conv. That is the server's job: keep both.
    torch.onnx.export(
        model, torch.zeros(2, 1, 8, 8), buffer, opset_version=13,
        training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False,
        input_names=["image"], output_names=["logits"],
        dynamic_axes={"image": {0: "batch"}, "logits": {0: "batch"}})
    proto = onnx.load_from_string(buffer.getvalue())
    share_equal_weights(proto.graph)
    name_by_module(proto.graph)
    proto.graph.name = "digits"
    proto.doc_string = DESCRIPTION
    onnx.checker.check_model(proto, full_check=True)
    operators = {node.op_type for node in proto.graph.node}
    if operators != OPERATORS:
        sys.exit(f"train_digits: exported {sorted(operators)}, expected {sorted(OPERATORS)}")
    return proto


def write_test_images(path, pixels, labels):
    """The format is described in README.md."""
    with open(path, "wb") as file:
        file.write(b"RLSDIG1\n" + struct.pack("<I", len(labels)))
        for image, label in zip(pixels, labels):
            file.write(image.tobytes() + bytes([label]))


def write_samples(model, pixels, labels):
    """Writes the first image of each class that the model reads correctly, as a gray 8-bit PNG."""
    for old in SAMPLES_DIR.glob("digit_*.png"):
        old.unlink()
    SAMPLES_DIR.mkdir(parents=True, exist_ok=True)
    grays = np.rint(pixels * (255 / MAX_PIXEL)).astype(np.uint8)
    predicted = predict(model, to_input(grays, max_pixel=255))
    for label in range(CLASSES):
        index = np.flatnonzero((labels == label) & (predicted == label))[0]
        Image.fromarray(grays[index]).save(SAMPLES_DIR / f"digit_{label}_{index}.png")


def main():
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)

    digits = load_digits()
    train_pixels, test_pixels, train_labels, test_labels = train_test_split(
        digits.images.astype(np.uint8), digits.target,
        test_size=TEST_IMAGES, stratify=digits.target, random_state=SEED)
    model = train(train_pixels, train_labels)
    correct = int((predict(model, to_input(test_pixels)) == test_labels).sum())
    print(f"test accuracy: {correct}/{TEST_IMAGES} = {correct / TEST_IMAGES:.2%}")
    if correct < MIN_TEST_ACCURACY * TEST_IMAGES:
        sys.exit(f"train_digits: below {MIN_TEST_ACCURACY:.0%}, nothing written")

    onnx.save(to_onnx(model), BUILTIN_DIR / "digits.onnx")
    labels_text = "".join(f"{label}\n" for label in range(CLASSES))
    (BUILTIN_DIR / "digits_labels.txt").write_text(labels_text)
    write_test_images(BUILTIN_DIR / "digits_test.bin", test_pixels, test_labels)
    write_samples(model, test_pixels, test_labels)


if __name__ == "__main__":
    main()
