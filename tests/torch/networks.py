# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The reluserve authors
"""Networks with random weights of a fixed seed, and how they are written to ONNX files.

Seven are torchvision's; the denoiser and the segmentation network are defined here, after the papers
"Beyond a Gaussian Denoiser" (DnCNN) and "U-Net: Convolutional Networks for Biomedical Image
Segmentation", the latter with half the channels, padded convolutions and batch normalisation.
"""

import onnx
import torch
import torchvision

SEED = 20261121
IMAGE = (3, 224, 224)


class DnCnn(torch.nn.Module):
    """The denoiser of 17 layers for grey images: what it computes is taken from the image."""

    def __init__(self, layers=17, channels=64):
        super().__init__()
        body = [torch.nn.Conv2d(1, channels, 3, padding=1), torch.nn.ReLU(inplace=True)]
        for _ in range(layers - 2):
            body += [torch.nn.Conv2d(channels, channels, 3, padding=1, bias=False),
                     torch.nn.BatchNorm2d(channels), torch.nn.ReLU(inplace=True)]
        self.body = torch.nn.Sequential(*body, torch.nn.Conv2d(channels, 1, 3, padding=1))

    def forward(self, image):
        return image - self.body(image)


class UNet(torch.nn.Module):
    """Four levels down and up again, with the features of each level handed across."""

    def __init__(self, channels=32, levels=4, classes=2):
        super().__init__()
        widths = [channels << level for level in range(levels + 1)]
        self.down = torch.nn.ModuleList(
            [self.block(before, after) for before, after in zip([3, *widths], widths)])
        self.widen = torch.nn.ModuleList(
            [torch.nn.ConvTranspose2d(2 * width, width, 2, stride=2) for width in widths[:-1]])
        self.up = torch.nn.ModuleList([self.block(2 * width, width) for width in widths[:-1]])
        self.head = torch.nn.Conv2d(channels, classes, 1)

    @staticmethod
    def block(before, after):
        layers = []
        for width in (before, after):
            layers += [torch.nn.Conv2d(width, after, 3, padding=1, bias=False),
                       torch.nn.BatchNorm2d(after), torch.nn.ReLU(inplace=True)]
        return torch.nn.Sequential(*layers)

    def forward(self, image):
        features = []
        for level, block in enumerate(self.down):
            image = block(image if level == 0 else torch.nn.functional.max_pool2d(image, 2))
            features.append(image)
        for level in reversed(range(len(self.up))):
            wide = self.widen[level](image)
            image = self.up[level](torch.cat([features[level], wide], dim=1))
        return self.head(image)


# Name: how it is made, and the shape of one sample.
NETWORKS = {
    "resnet18": (lambda: torchvision.models.resnet18(weights=None), IMAGE),
    "resnet50": (lambda: torchvision.models.resnet50(weights=None), IMAGE),
    "vgg16": (lambda: torchvision.models.vgg16(weights=None), IMAGE),
    "squeezenet1_1": (lambda: torchvision.models.squeezenet1_1(weights=None), IMAGE),
    "mobilenet_v2": (lambda: torchvision.models.mobilenet_v2(weights=None), IMAGE),
    "densenet121": (lambda: torchvision.models.densenet121(weights=None), IMAGE),
    "googlenet": (lambda: torchvision.models.googlenet(weights=None, init_weights=False, aux_logits=False), IMAGE),
    "dncnn17": (DnCnn, (1, 128, 128)),
    "unet": (UNet, (3, 128, 128)),
}


def sample_shape(name):
    return NETWORKS[name][1]


def make_network(name):
    """The network with random weights, and batch statistics as if it had been trained."""
    torch.manual_seed(SEED)
    network = NETWORKS[name][0]().eval()
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0.0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
            module.weight.data.uniform_(0.5, 1.5)
            module.bias.data.normal_(0.0, 0.1)
    return network


def export(name, network, path):
    """Writes the network to an ONNX file; the names of its rectifiers in the order in which PyTorch runs them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        network,
        torch.zeros(1, *sample_shape(name)),
        str(path),
        opset_version=13,
        input_names=["image"],
        output_names=["result"],
        dynamic_axes={"image": {0: "batch"}, "result": {0: "batch"}},
    )
    return [node.name for node in onnx.load(path).graph.node if node.op_type in ("Relu", "Clip")]
