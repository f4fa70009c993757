"""A pretrained encoder whose texts are vectors, and a straight line through them.

The vector of a text is the mean of its tokens' last states, scaled to length one, as sentence
encoders are trained to be read (Reimers and Gurevych 2019, arXiv 1908.10084).
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional
from transformers.modeling_outputs import SequenceClassifierOutput

from backend.steps import tokens
from workers.steps.train import autocast

AT_ONCE = 256

Vectors = NDArray[np.float64]


class SentenceClassifier(torch.nn.Module):
    """Answers with the logits of two classes (rows, 2), the first of which is 0.

    **Shape**: tokens and attention mask (rows, tokens); vectors (rows, hidden).
    """

    def __init__(self, encoder: torch.nn.Module) -> None:
        super().__init__()
        self.encoder = encoder
        self.line = torch.nn.Linear(encoder.config.hidden_size, 1)  # type: ignore[union-attr,arg-type]

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor
    ) -> SequenceClassifierOutput:
        logit = self.line(self.embed(input_ids, attention_mask))
        return SequenceClassifierOutput(logits=torch.cat([torch.zeros_like(logit), logit], 1))

    def embed(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Return the vector of each text (rows, hidden), of length one."""
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(states.dtype)
        return functional.normalize((states * mask).sum(1) / mask.sum(1), dim=1)

    def draw(self, weight: Vectors, bias: float) -> None:
        """Set the line: `weight` (hidden,) times a vector, plus `bias`, is the logit of fraud."""
        with torch.no_grad():
            self.line.weight.copy_(torch.from_numpy(weight).float().reshape(1, -1))
            self.line.bias.fill_(bias)


def vectors_of(net: SentenceClassifier, ids: tokens.Ids, pad: int) -> Vectors:
    """Return the vector of each text (n, hidden), in order; (0, hidden) for none."""
    net.eval()
    found = np.zeros((len(ids), net.line.in_features))
    with torch.inference_mode():
        for batch in tokens.by_length(ids, AT_ONCE):
            found[batch] = embedded(net, [ids[place] for place in batch], pad).float().cpu().numpy()
    return found


def embedded(net: SentenceClassifier, ids: tokens.Ids, pad: int) -> torch.Tensor:
    """Return the vectors of texts (rows, hidden) on the device of the net, in its mode."""
    device = net.line.weight.device
    numbers, mask = (torch.from_numpy(each).to(device) for each in tokens.padded(ids, pad))
    with autocast(device):
        return net.embed(numbers, mask)
