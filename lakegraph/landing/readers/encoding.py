"""Files in other encodings, as a stream of UTF-8."""

import codecs
import re
from typing import BinaryIO

# A byte that cannot be decoded travels as the lone surrogate U+DC00 + byte, which is never valid UTF-8: the record is
# rejected where those of UTF-8 files are, and its raw text can still show the byte.
_FIRST_SURROGATE = 0xDC00
_HANDLER = "lakegraph.undecodable"


def _as_surrogates(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(_FIRST_SURROGATE + byte) for byte in error.object[error.start : error.end]), error.end


codecs.register_error(_HANDLER, _as_surrogates)


class Utf8Stream:
    """A stream of bytes in some encoding, read as UTF-8; undecodable bytes become bytes that are not valid UTF-8."""

    def __init__(self, stream: BinaryIO, encoding: str):
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)(_HANDLER)

    def read(self, size: int) -> bytes:
        """The UTF-8 of about `size` bytes of the file; empty at its end only."""
        while block := self._stream.read(size):
            if text := self._decoder.decode(block):
                return text.encode("utf-8", "surrogatepass")
        return self._decoder.decode(b"", final=True).encode("utf-8", "surrogatepass")


def utf8_stream(stream: BinaryIO, encoding: str) -> "BinaryIO | Utf8Stream":
    """The stream itself where it is UTF-8 already, else a stream that transcodes it."""
    return stream if codecs.lookup(encoding).name in ("utf-8", "utf-8-sig") else Utf8Stream(stream, encoding)


def readable(raw: bytes) -> str:
    """Bytes of a UTF-8 stream as text; those that are no text are written as \\xNN."""
    try:
        text = raw.decode("utf-8", "surrogatepass")
        text = re.sub("[\udc00-\udcff]", lambda lone: f"\\x{ord(lone[0]) - _FIRST_SURROGATE:02x}", text)
        return text.encode("utf-8").decode("utf-8")
    except UnicodeError:
        return raw.decode("utf-8", "backslashreplace")
