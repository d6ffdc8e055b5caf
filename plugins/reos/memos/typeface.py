"""The fonts that a memo is set in (HK Grotesk, SIL Open Font License, shipped with it) and the URLs that name them."""

from importlib.resources import files

SCHEME = "memo-font:"
FONTS = {"HKGrotesk-Regular.otf": 400, "HKGrotesk-SemiBold.otf": 600, "HKGrotesk-Bold.otf": 700}


def read(name: str) -> bytes:
    """Return the font file `name`, which must be one of `FONTS`."""
    return files("reos.memos").joinpath("fonts", name).read_bytes()


def declarations() -> str:
    """Return the CSS that makes the family `Memo` of them, a weight each."""
    return "".join(
        f'@font-face {{ font-family: Memo; font-weight: {weight}; src: url("{SCHEME}{name}"); }}\n'
        for name, weight in FONTS.items()
    )
