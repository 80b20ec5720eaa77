"""Where customers live and what they are called."""

from dataclasses import dataclass

NAMES_PER_COUNTRY = 12
CITIES_PER_COUNTRY = 5
STREETS_PER_COUNTRY = 5


@dataclass(frozen=True)
class Country:
    """Names are written as in the country; `a|b` means that b is a's form in ASCII letters. Cities are city/state."""

    name: str
    phone_prefix: str
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    cities: tuple[str, ...]
    streets: tuple[str, ...]


def _list(text: str) -> tuple[str, ...]:
    return tuple(text.split(", "))


COUNTRIES = (
    Country(
        "United States",
        "+1 (212) ",
        _list("Avery, Brooke, Caleb, Dana, Elijah, Grace, Hunter, Jasmine, Logan, Maya, Parker, Zoë"),
        _list("Adams, Bennett, Carter, Diaz, Edwards, Foster, Hughes, Mitchell, O'Brien, Parker, Reed, Ward"),
        _list("Columbus/Ohio, Austin/Texas, Portland/Oregon, Albany/New York, Denver/Colorado"),
        _list("Maple Avenue, Oak Street, Lakeview Drive, Second Street, Orchard Road"),
    ),
    Country(
        "United Kingdom",
        "+44 20 ",
        _list("Alfie, Beatrice, Callum, Daisy, Eleanor, Finlay, Harriet, Isla, Oliver, Poppy, Rhys, Siân"),
        _list("Ashworth, Baker, Clarke, Davies, Evans, Fletcher, Green, Harris, Jones, MacLeod, Shaw, Taylor"),
        _list("Leeds/England, Cardiff/Wales, Glasgow/Scotland, Belfast/Northern Ireland, York/England"),
        _list("High Street, Church Lane, Station Road, Victoria Terrace, Mill Hill"),
    ),
    Country(
        "Germany",
        "+49 30 ",
        _list("Anna, Björn, Clara, Dieter, Emma, Felix, Greta, Jürgen, Käthe, Lukas, Mia, Sören"),
        _list("Bauer, Fischer, Groß, Hoffmann, Jäger, Koch, Krüger, Müller, Neumann, Schäfer, Vogel, Weiß"),
        _list(
            "Köln/Nordrhein-Westfalen, Leipzig/Sachsen, Nürnberg/Bayern, Kiel/Schleswig-Holstein, Ulm/Baden-Württemberg"
        ),
        _list("Lindenstraße, Am Markt, Gartenweg, Bahnhofstraße, Schloßallee"),
    ),
    Country(
        "France",
        "+33 1 ",
        _list("Adèle, Benoît, Chloé, Denis, Élodie, François, Gaëlle, Hugo, Inès, Léa, Noël, Théo"),
        _list("Bernard, Chevalier, Dubois, Faure, Girard, Lefèvre, Martin, Moreau, Noël, Renaud, Roux, Simon"),
        _list(
            "Lyon/Auvergne-Rhône-Alpes, Lille/Hauts-de-France, Nantes/Pays de la Loire, Nîmes/Occitanie, "
            "Dijon/Bourgogne"
        ),
        _list("rue de l'Église, avenue Victor Hugo, rue des Lilas, place du Marché, quai Saint-Michel"),
    ),
    Country(
        "Poland",
        "+48 22 ",
        _list("Agnieszka, Bartosz, Celina, Dawid, Ewa, Filip, Grażyna, Jakub, Łucja, Michał, Paweł, Zofia"),
        _list(
            "Dąbrowski, Grabowski, Jabłoński, Kamiński, Kowalczyk, Lewandowski, Mazur, Nowak, Pawlak, Sikora, "
            "Wójcik, Żak"
        ),
        _list("Kraków/Małopolskie, Gdańsk/Pomorskie, Łódź/Łódzkie, Poznań/Wielkopolskie, Lublin/Lubelskie"),
        _list("ulica Długa, ulica Polna, aleja Róż, ulica Szkolna, ulica Leśna"),
    ),
    Country(
        "Japan",
        "+81 3 ",
        _list(
            "陽菜|Hina, 蓮|Ren, 結衣|Yui, 大翔|Hiroto, さくら|Sakura, 悠真|Yuma, "
            "葵|Aoi, 陸|Riku, 美咲|Misaki, 湊|Minato, "
            "凛|Rin, 颯太|Sota"
        ),
        _list(
            "佐藤|Sato, 鈴木|Suzuki, 高橋|Takahashi, 田中|Tanaka, 伊藤|Ito, "
            "渡辺|Watanabe, 山本|Yamamoto, 中村|Nakamura, "
            "小林|Kobayashi, 加藤|Kato, 吉田|Yoshida, 山田|Yamada"
        ),
        _list("Sapporo/Hokkaidō, Sendai/Miyagi, Kyōto/Kyōto, Ōsaka/Ōsaka, Fukuoka/Fukuoka"),
        _list("Sakura-dōri, Midori-chō, Honmachi, Kita-ku, Minami-ku"),
    ),
)

ADDRESS_ENDINGS = (*("",) * 9, ", Apt 4B", ", 2nd floor", ", c/o Reception", '\nBuilding "C"', ' "Rose Cottage"')
MAIL_DOMAINS = ("example.com", "example.net", "example.org", "mail.example.com", "post.example.org")
PAYMENT_METHODS = ("credit_card", "debit_card", "paypal", "bank_transfer", "gift_card")
TIERS = ("Bronze", "Silver", "Gold", "Premium")

_LETTERS = str.maketrans({"ł": "l", "Ł": "L", "ø": "o", "ß": "ss", "ō": "o", "Ō": "O", "'": ""})


def written_forms(names: tuple[str, ...]) -> tuple[str, ...]:
    """Names as their bearers write them."""
    return tuple(name.partition("|")[0] for name in names)


def ascii_forms(names: tuple[str, ...]) -> tuple[str, ...]:
    """Names in small ASCII letters, as in an e-mail address."""
    from unicodedata import normalize

    plain = (normalize("NFKD", (name.partition("|")[2] or name).translate(_LETTERS)) for name in names)
    return tuple(name.encode("ascii", "ignore").decode().lower().replace(" ", "") for name in plain)
