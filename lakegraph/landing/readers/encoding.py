"""Files in other encodings, as a stream of UTF-8."""

import codecs
import re
from typing import BinaryIO

from lakegraph.landing.readers.contract import UnreadableFileError

# the first bytes of what is sometimes named .csv
OTHER_FORMATS = {
    b"\x1f\x8b": ("compressed with gzip", "Have it unpacked before it is dropped."),
    b"PK\x03\x04": ("a zip archive or an Excel workbook", "Have it unpacked, or saved as CSV, before it is dropped."),
    b"\xd0\xcf\x11\xe0": ("an Excel workbook", "Have it saved as CSV before it is dropped."),
    b"PAR1\x15": ("Parquet", "Have it written as CSV before it is dropped."),
}
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


class _Begun:
    """A stream of which some bytes have been read."""

    def __init__(self, begin: bytes, stream: BinaryIO):
        self._begin, self._stream = begin, stream

    def read(self, size: int) -> bytes:
        begin, self._begin = self._begin, b""
        return begin or self._stream.read(size)


def utf8_stream(stream: BinaryIO, encoding: str) -> "BinaryIO | Utf8Stream":
    """A stream of what a file holds, in UTF-8.

    Raises:
        UnreadableFileError: the file begins as text of that encoding does not.
    """
    is_utf8 = codecs.lookup(encoding).name in ("utf-8", "utf-8-sig")
    begin = stream.read(max(map(len, OTHER_FORMATS)))
    for mark, (what, hint) in OTHER_FORMATS.items():
        if begin.startswith(mark):
            raise UnreadableFileError(f"the file is no text, but {what}", hint)
    if begin.startswith(codecs.BOM_UTF8) and not is_utf8:
        raise UnreadableFileError(
            f"the file begins with the mark of UTF-8, but its encoding is said to be {encoding}",
            "Say 'encoding: utf-8' for its feed in the sources file, or have the file written as it says.",
        )
    begun = _Begun(begin, stream)
    return begun if is_utf8 else Utf8Stream(begun, encoding)


def readable(raw: bytes) -> str:
    """Bytes of a UTF-8 stream as text; those that are no text are written as \\xNN."""
    try:
        text = raw.decode("utf-8", "surrogatepass")
        text = re.sub("[\udc00-\udcff]", lambda lone: f"\\x{ord(lone[0]) - _FIRST_SURROGATE:02x}", text)
        return text.encode("utf-8").decode("utf-8")
    except UnicodeError:
        return raw.decode("utf-8", "backslashreplace")
