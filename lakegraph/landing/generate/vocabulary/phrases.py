"""What reviewers write. {} stands for the thing; every phrase agrees with the ratings it is listed under."""

OPENINGS = {
    1: ("Terrible.", "Very disappointing.", "Not good at all.", "A waste of money.", "Awful quality."),
    2: (
        "Not great.",
        "Rather disappointing.",
        "I am not happy with it.",
        "Poor quality for the price.",
        "Not as described.",
    ),
    3: ("It is okay.", "Average.", "Does its job, no more.", "Fair for the price.", "Neither here nor there."),
    4: ("Very good.", "I am happy with it.", "Not bad at all.", "Good quality.", "Nice and useful."),
    5: ("Excellent!", "Absolutely love it.", "Perfect.", "Fantastic quality.", "The best I ever had."),
}

DETAILS = {
    1: (
        "The {} broke after two days, and nobody answered.",
        "The {} arrived damaged.",
        "This {} is useless.",
        'They call it "robust"; the {} is cheap and flimsy.',
    ),
    2: (
        "The {} is not good, sadly.",
        "The {} feels cheap and does not work well.",
        "The {} was late, and the box was damaged.",
        "The {} is not worth the price.",
    ),
    3: (
        "The {} works, but I had expected more.",
        "Good idea, poor finish: the {} is average.",
        "The {} is okay for now.",
        "The {} is fine,\nthe packaging is not.",
    ),
    4: (
        "The {} works well.",
        "The {} is comfortable, and it looks nice.",
        "Good value: the {} does what it should.",
        "The {} arrived quickly.\nHappy so far.",
    ),
    5: (
        "The {} is beautiful and works perfectly.",
        'My neighbour asked: "Where did you get this great {}?"',
        "I love the {}, it is wonderful.",
        "The {} is amazing, sturdy and easy to use.",
    ),
}

CLOSINGS = {
    1: ("Would not recommend.", "Never again.", "I want a refund.", ""),
    2: ("I would not buy it again.", "Not recommended.", "", ""),
    3: ("Might buy again.", "", "", ""),
    4: ("Would buy again.", "Recommended.", "", ""),
    5: ("Highly recommended!", "Would buy again, and again.", "A great gift.", ""),
}

AFTERTHOUGHTS = {
    1: "After some days: still terrible.",
    2: "After some days: still not good.",
    3: "After some days: still okay.",
    4: "After some days: still good.",
    5: "After some days: still excellent!",
}
