"""How large a network of histories is, by the name of its size."""

SIZES = {  # of the attention and of the head
    "tiny": {"width": 32, "heads": 4, "blocks": 1, "hidden": 128},
    "small": {"width": 48, "heads": 4, "blocks": 1, "hidden": 192},
    "base": {"width": 128, "heads": 8, "blocks": 2, "hidden": 256, "members": 16},
    "large": {"width": 256, "heads": 8, "blocks": 3, "hidden": 512, "members": 16},
}
