"""The category tree and what is sold in it."""

from dataclasses import dataclass

JANUARY_TO_DECEMBER = 12
EVEN = (0.8,) * JANUARY_TO_DECEMBER
GIFTS = (0.4, 0.4, 0.4, 0.45, 0.45, 0.4, 0.4, 0.4, 0.45, 0.6, 1.0, 1.0)
SUMMER = (0.08, 0.12, 0.3, 0.6, 0.95, 1.0, 1.0, 0.8, 0.35, 0.15, 0.08, 0.08)
SPRING = (0.06, 0.2, 0.7, 1.0, 1.0, 0.8, 0.5, 0.35, 0.3, 0.15, 0.06, 0.06)
WINTER = (1.0, 0.8, 0.35, 0.1, 0.05, 0.05, 0.05, 0.08, 0.2, 0.45, 0.9, 1.0)
DARK_MONTHS = (0.9, 0.8, 0.6, 0.4, 0.35, 0.3, 0.3, 0.4, 0.6, 0.9, 1.0, 1.0)


@dataclass(frozen=True)
class Category:
    """A leaf of the tree. Prices in cents, weights in grams, `season` the relative demand per month (at most 1)."""

    name: str
    parent: str
    description: str
    nouns: tuple[str, ...]
    price: tuple[int, int]
    weight: tuple[int, int]
    slots: int
    season: tuple[float, ...] = EVEN


ROOTS = {
    "Tech": "Machines that think, play and listen, and what keeps them running",
    "Wardrobe": "Clothing, shoes and what goes with them",
    "Home & Living": "For kitchen, parlour, bedroom and garden",
    "Outdoors": "For days under the open sky",
    "Bookshelf": "Printed matter, old and new",
    "Playroom": 'For children, and for those who stayed "young at heart"',
}

LEAVES = (
    Category("Laptops & Tablets", "Tech", "Portable computers, tablets and docks",
        ("Laptop", "Tablet", "Convertible", "Docking Station"), (19900, 249900), (400, 3000), 2),
    Category("Phones", "Tech", "Phones, watches and chargers",
        ("Phone", "Smartwatch", "Charger", "Power Bank"), (1900, 119900), (80, 500), 2, GIFTS),
    Category("Sound", "Tech", "Headphones, speakers and turntables",
        ("Headphones", "Speaker", "Soundbar", "Turntable", "Radio"), (1900, 59900), (150, 7000), 3),
    Category("Photography", "Tech", "Cameras, lenses, tripods",
        ("Camera", "Lens", "Tripod", "Camera Bag"), (2900, 189900), (200, 4000), 2),
    Category("Everyday Wear", "Wardrobe", "Shirts, trousers, knitwear",
        ("Shirt", "Jeans", "Sweater", "Jacket", "Dress", "Scarf"), (1200, 14900), (120, 1200), 4),
    Category("Shoes", "Wardrobe", "Sneakers, boots and sandals",
        ("Sneakers", "Boots", "Sandals", "Loafers"), (2900, 19900), (400, 1800), 3),
    Category("Bags & Watches", "Wardrobe", "Bags, belts, watches",
        ("Backpack", "Handbag", "Watch", "Belt", "Wallet"), (1900, 34900), (60, 1400), 2, GIFTS),
    Category("Cookware", "Home & Living", "Pots, knives, kettles",
        ("Saucepan", "Kettle", "Chef's Knife", "Baking Tray", "Blender"), (1500, 29900), (200, 5000), 3),
    Category("Furniture", "Home & Living", "Chairs, tables and shelves",
        ("Chair", "Side Table", "Bookcase", "Stool"), (3900, 79900), (2500, 38000), 2),
    Category("Lighting", "Home & Living", "Lamps for every corner",
        ("Floor Lamp", "Desk Lamp", "Pendant", "Lantern"), (1500, 24900), (300, 6000), 2, DARK_MONTHS),
    Category("Gardening", "Home & Living", "Tools, pots and seeds",
        ("Spade", "Watering Can", "Pruner", "Planter", "Seed Set"), (500, 12900), (50, 8000), 2, SPRING),
    Category("Camping", "Outdoors", "Tents, stoves, sleeping bags",
        ("Tent", "Sleeping Bag", "Camp Stove", "Cool Box"), (1900, 49900), (300, 9000), 2, SUMMER),
    Category("Cycling", "Outdoors", "Parts and gear for riders",
        ("Helmet", "Bicycle Pump", "Saddle", "Bike Light"), (900, 17900), (100, 1500), 2, SUMMER),
    Category("Winter Sports", "Outdoors", "Skis, skates and sledges",
        ("Skis", "Ice Skates", "Sledge", "Ski Goggles"), (2500, 59900), (150, 6500), 1, WINTER),
    Category("Novels", "Bookshelf", "Stories, long and short",
        ("Novel", "Crime Story", "Saga", "Short Stories"), (700, 2900), (180, 900), 2),
    Category("Knowledge", "Bookshelf", "History, science and cookery",
        ("Atlas", "Cookbook", "Biography", "Textbook"), (1200, 7900), (300, 2400), 2, DARK_MONTHS),
    Category("Board Games", "Playroom", "Games for two to eight",
        ("Board Game", "Card Game", "Puzzle", "Chess Set"), (900, 6900), (200, 2500), 2, GIFTS),
    Category("Building Sets", "Playroom", "Bricks, tracks, models",
        ("Brick Set", "Train Set", "Model Kit"), (1500, 19900), (250, 4500), 1, GIFTS),
    Category("Arts & Crafts", "Playroom", "Paints, clay, yarn",
        ("Paint Set", "Modelling Clay", "Knitting Kit"), (600, 5900), (100, 2500), 1, GIFTS),
)  # fmt: skip

SHELF_LENGTH = sum(leaf.slots for leaf in LEAVES)
"""Products are numbered in shelves of this length, each of which holds every category in the same places."""

BRANDS = (
    "Aurelio",
    "Nordfjell",
    "Tamsin & Co",
    "Kestrel",
    "Møller",
    "Quint",
    "Halden",
    "Vireo",
    "Château Lune",
    "Osprey Lane",
    "Zuri",
    "Brightwell",
)
STYLES = ("Classic", "Compact", "Deluxe", "Studio", "Everyday", "Heritage", "Nova", "Prime", "Light", "Urban")
COLORS = ("black", "white", "navy", "forest green", "sand", "silver", "rosé", "brick red", "sky blue", "natural")
MATERIALS = {
    "Tech": ("aluminium", "glass", "recycled plastic", "steel"),
    "Wardrobe": ("cotton", "wool", "leather", "linen"),
    "Home & Living": ("oak", "stainless steel", "ceramic", "beech"),
    "Outdoors": ("nylon", "aluminium", "recycled plastic", "carbon fibre"),
    "Bookshelf": ("paper", "recycled paper", "linen paper", "card"),
    "Playroom": ("beech", "card", "recycled plastic", "cotton"),
}
MATERIALS_PER_ROOT = 4
FEATURES = (
    "Made to last.",
    "Light, sturdy and easy to care for.",
    "Comes with a two-year warranty.",
    'Tested as "very good" by our own workshop.',
    "Ships in a box without plastic.",
    "A favourite of our customers.\nNow in a new edition.",
    "Small batch, hand-checked, numbered.",
    "Spare parts are available for ten years.",
)
