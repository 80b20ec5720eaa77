"""Files in other encodings, as a stream of UTF-8."""

import codecs
import gzip
import re
import zlib
from typing import BinaryIO

from lakegraph.landing.readers.contract import UnreadableFileError

GZIP = b"\x1f\x8b"
# the first bytes of what is sometimes named .csv
OTHER_FORMATS = {
    GZIP: ("compressed with gzip", "Have it unpacked before it is dropped."),
    b"PK\x03\x04": ("a zip archive or an Excel workbook", "Have it unpacked, or saved as CSV, before it is dropped."),
    b"\xd0\xcf\x11\xe0": ("an Excel workbook", "Have it saved as CSV before it is dropped."),
    b"PAR1\x15": ("Parquet", "Have it written as CSV before it is dropped."),
}
# A byte that cannot be decoded travels as the lone surrogate U+DC00 + byte, which is never valid UTF-8: the record is
# rejected where those of UTF-8 files are, and its raw text can still show the byte.
_FIRST_SURROGATE = 0xDC00
_HANDLER = "lakegraph.undecodable"
_SAY_UTF8 = "Say 'encoding: utf-8' for its feed in the sources file, or have the file written as it says."


def _as_surrogates(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(_FIRST_SURROGATE + byte) for byte in error.object[error.start : error.end]), error.end


codecs.register_error(_HANDLER, _as_surrogates)


class Utf8Stream:
    """A stream of bytes in some encoding, read as UTF-8; undecodable bytes become bytes that are not valid UTF-8."""

    def __init__(self, stream: BinaryIO, encoding: str):
        self._stream, self._encoding = stream, encoding
        self._decoder = codecs.getincrementaldecoder(encoding)(_HANDLER)
        # Of an encoding of several bytes, other bytes are rejected; in one of one byte, any bytes are text.
        self._may_be_utf8 = _MayBeUtf8() if _is_told_from_utf8(encoding) else None

    def read(self, size: int) -> bytes:
        """The UTF-8 of about `size` bytes of the file; empty at its end only.

        Raises:
            UnreadableFileError: its bytes are UTF-8 to the last one, and its encoding is said to be one of one byte.
        """
        while block := self._stream.read(size):
            if self._may_be_utf8:
                self._may_be_utf8.add(block)
            if text := self._decoder.decode(block):
                return text.encode("utf-8", "surrogatepass")
        if self._may_be_utf8 and self._may_be_utf8.is_certain():
            raise UnreadableFileError(
                f"the file is UTF-8 throughout, but its encoding is said to be {self._encoding}", _SAY_UTF8
            )
        return self._decoder.decode(b"", final=True).encode("utf-8", "surrogatepass")


class _MayBeUtf8:
    """Whether bytes are UTF-8 and not ASCII alone; other text is found out at its first such byte, mostly."""

    def __init__(self):
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._refuted = self._beyond_ascii = False

    def add(self, block: bytes) -> None:
        """Look at more bytes."""
        if self._refuted or (block.isascii() and not self._decoder.getstate()[0]):
            return
        self._decode(block)
        self._beyond_ascii = True

    def is_certain(self) -> bool:
        """Whether they are, now that all have been seen."""
        if self._beyond_ascii and not self._refuted:
            self._decode(b"", final=True)
        return self._beyond_ascii and not self._refuted

    def _decode(self, block: bytes, final: bool = False) -> None:
        try:
            self._decoder.decode(block, final)
        except UnicodeDecodeError:
            self._refuted = True


def _is_told_from_utf8(encoding: str) -> bool:
    """Whether an encoding has one byte to a character, and its words are hardly ever UTF-8 by chance.

    In the code pages of DOS that have letters at A0 to AF beside those at E0 to EF, such as cp866, a whole word may be.
    """
    beyond_ascii = bytes(range(128, 256))
    try:
        is_one_byte = len(beyond_ascii.decode(encoding, "replace")) == 128 and bool(
            beyond_ascii.decode(encoding, "ignore")
        )
        return is_one_byte and not bytes(range(0xA0, 0xB0)).decode(encoding, "replace").isalpha()
    except UnicodeError:  # of the names of hosts, for one
        return False


class _Unpacked:
    """What is in a file that is compressed with gzip."""

    def __init__(self, stream: BinaryIO):
        self._stream = gzip.GzipFile(fileobj=stream)

    def read(self, size: int) -> bytes:
        """The next bytes.

        Raises:
            UnreadableFileError: the file is cut off or corrupt.
        """
        try:
            return self._stream.read(size)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise UnreadableFileError(
                f"the file is compressed with gzip, and broken: {str(error).rstrip('.')}", "Have it delivered again."
            ) from error


class _Begun:
    """A stream of which some bytes have been read."""

    def __init__(self, begin: bytes, stream: BinaryIO):
        self._begin, self._stream = begin, stream

    def read(self, size: int) -> bytes:
        begin, self._begin = self._begin, b""
        return begin or self._stream.read(size)


def utf8_stream(stream: BinaryIO, encoding: str) -> "BinaryIO | Utf8Stream":
    """A stream of what a file holds, in UTF-8; one that is compressed with gzip is unpacked.

    Args:
        stream: the file, from its first byte.
        encoding: how its text is written.

    Raises:
        UnreadableFileError: the file begins as text of that encoding does not.
    """
    is_utf8 = codecs.lookup(encoding).name in ("utf-8", "utf-8-sig")
    longest = max(map(len, OTHER_FORMATS))
    begin = stream.read(longest)
    if begin.startswith(GZIP):
        stream.seek(0)
        stream = _Unpacked(stream)
        begin = stream.read(longest)
    for mark, (what, hint) in OTHER_FORMATS.items():
        if begin.startswith(mark):
            raise UnreadableFileError(f"the file is no text, but {what}", hint)
    if begin.startswith(codecs.BOM_UTF8) and not is_utf8:
        raise UnreadableFileError(
            f"the file begins with the mark of UTF-8, but its encoding is said to be {encoding}",
            _SAY_UTF8,
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
