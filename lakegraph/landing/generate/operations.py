"""What the command does, without the command line."""

import time

from lakegraph.landing.generate.options import GenerateOptions, GenerateResult
from lakegraph.landing.generate.writer import DropNotWrittenError


def generate(options: GenerateOptions) -> GenerateResult:
    """Write the drops that the options ask for, day after day; existing files of the same days are replaced.

    Memory does not grow with the scale or the number of days. Each drop's trigger is written last, so that a drop with a
    trigger is complete.

    Raises:
        DropNotWrittenError: the folder or a file in it cannot be written.
    """
    from lakegraph.landing.generate.drop import write_drop
    from lakegraph.landing.generate.shop import Shop
    from lakegraph.landing.generate.world import World

    begin = time.perf_counter()
    try:
        options.drops.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DropNotWrittenError(
            f"The folder {options.drops} cannot be made: {error.strerror}.", "Name another one with --drops."
        ) from error
    shop = Shop.of(World.of(options))
    drops = tuple(write_drop(shop, options, number) for number in range(options.days))
    return GenerateResult(drops, time.perf_counter() - begin)
