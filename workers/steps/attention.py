"""One block of attention: some tokens ask others, then each thinks by itself."""

from torch import Tensor, nn
from torch.nn import functional


class Block(nn.Module):
    """Attention and a gated layer, both pre-norm: tokens (b, t, w) ask others (b, s, w)."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.norm, self.norm_asked, self.norm_gated = (nn.LayerNorm(width) for _ in range(3))
        self.ask, self.answer = nn.Linear(width, width), nn.Linear(width, width)
        self.tell = nn.Linear(width, 2 * width)
        inner = 4 * width // 3
        self.gate, self.out = nn.Linear(width, 2 * inner), nn.Linear(inner, width)

    def forward(self, tokens: Tensor, asked: Tensor, seen: Tensor | None) -> Tensor:
        key, value = self.tell(self.norm_asked(asked)).chunk(2, dim=-1)
        query, key, value = (
            part.unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for part in (self.ask(self.norm(tokens)), key, value)
        )
        found = functional.scaled_dot_product_attention(query, key, value, attn_mask=seen)
        found = self.answer(found.transpose(1, 2).flatten(2))
        tokens = tokens + functional.dropout(found, self.dropout, self.training)
        opened, gated = self.gate(self.norm_gated(tokens)).chunk(2, dim=-1)
        found = self.out(functional.gelu(opened) * gated)
        return tokens + functional.dropout(found, self.dropout, self.training)
