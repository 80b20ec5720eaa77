"""The words and figures that the generated records are made of."""
