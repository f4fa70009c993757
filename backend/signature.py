"""Who decided, and why: what every decision that others will ask about must carry."""

from backend.errors import TouchstoneError

LONGEST_NAME, LONGEST_REASON = 100, 2_000  # characters


def signed(chosen_by: str, why: str) -> tuple[str, str]:
    """Return name and reason on one line each, without spaces around them.

    Raises TouchstoneError naming what is missing or too long.
    """
    name, reason = " ".join(chosen_by.split()), " ".join(why.split())
    if not name:
        raise TouchstoneError("Say who decides: type your name. Nothing was changed.")
    if not reason:
        raise TouchstoneError("Say why in a few words. Nothing was changed.")
    if len(name) > LONGEST_NAME or len(reason) > LONGEST_REASON:
        raise TouchstoneError(
            f"A name has at most {LONGEST_NAME} characters and a reason {LONGEST_REASON:,}. "
            "Nothing was changed."
        )
    return name, reason
