"""From a stream of bytes to batches of text and rejected records, one module per file format, in bounded memory."""
