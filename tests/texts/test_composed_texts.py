"""Texts of workflows, SEPM, files and the API in Czech, put together as they are stored and answered."""

import pytest

from texts.catalogue import translator
from texts.language import Language
from texts.recognised import translated

CZECH = translator(Language.CZECH)


CASES = {
    # a subject, which may be what is counted, or have a colon itself
    "clients that the change has silenced: 5 clients have not come back for three heartbeats, among them A, B": (
        "klienti, které změna umlčela: 5 klientů se tři intervaly hlášení neozvalo, například A, B"
    ),
    "no client of the canaries has shown that it gets on: they are all away: look whether the policy of their "
    "group was published": (
        "žádný kanárek neukázal, že se dostane dál: všichni jsou nepřítomní: podívejte se, zda se publikovala zásada "
        "jejich skupiny"
    ),
    # a title with a name of its own
    "Wait until the canaries hold the relaxed policy: My Company\\Labs: 1 of 1 clients are covered": (
        "Počkat, až kanárci budou mít uvolněnou zásadu: My Company\\Labs: prokázáno je 1 z 1 klienta"
    ),
    "Wait until the canaries hold the relaxed policy: My Company\\Labs: 1 of 1 clients are covered, 0 are safe, "
    "0 are left out": (
        "Počkat, až kanárci budou mít uvolněnou zásadu: My Company\\Labs: prokázáno je 1 z 1 klienta, bez rizika 0, "
        "vynecháno 0"
    ),
    # names of a group and a location without a colon behind them
    "added during the rotation: My Company\\Sales / Home office the location uses 'A', a list that the rotation made "
    "and will delete; My Company\\Labs / Default the location is gone. no answer": (
        "během výměny vzniklo: My Company\\Sales / Home office umístění používá 'A', seznam, který vytvořila výměna a "
        "který smaže; My Company\\Labs / Default umístění už není. žádná odpověď"
    ),
    # subjects in a row
    "1 more: the same holds for 1 more: the group was added during the rotation; its clients count as those of X": (
        "1 další: totéž platí pro 1 další: skupina přibyla během výměny; její klienti se počítají ke skupině X"
    ),
    # several sentences in one text, one of them in the value of another
    "2 clients were there until the server was stopped, and have come to no other one: A, B; the replacement of its "
    "certificate would cut them off where they are. Retry has it started for a while, and stopped once more": (
        "2 klienti byli přítomni, než se server zastavil, a nepřišli na žádný jiný: A, B; výměna jeho certifikátu by "
        "je odřízla tam, kde jsou. Nový pokus nechá server na čas spustit a znovu zastavit"
    ),
    "its proof is missing since 2026-03-04 10:11 UTC. A10: 1 clients of G1 are not covered: x (1 report no policy). "
    "have these computers report, and leave the policies of their groups alone for 1:30:00; or retry to wait on": (
        "jeho důkaz chybí od 4. 3. 2026 10:11 UTC. A10: 1 klient skupin G1 není prokázán: x (1 nehlásí žádnou "
        "zásadu). nechte tyto počítače ohlásit se a zásady jejich skupin neměňte po dobu 1 hodina 30 minut; "
        "nebo to zkuste znovu a čekejte dál"
    ),
    # refusals of the API: findings in a row, and what an edge has answered
    "Praha: GET /api/v1/groups got no answer (ConnectTimeout)": (
        "Praha: GET /api/v1/groups zůstalo bez odpovědi (ConnectTimeout)"
    ),
    # SEPM's own answer is quoted, whatever is in it
    'Praha: PUT /api/v1/groups was answered 400; SEPM answered: "no answer; The location is gone. Try again."': (
        'Praha: odpověď na PUT /api/v1/groups byla 400; SEPM odpověděl: "no answer; The location is gone. Try again."'
    ),
    "server.pfx: is larger than 1 MiB": "server.pfx: je větší než 1 MiB",
    "site s-1: no rotation left it changed; there is nothing to restore": (
        "pracoviště s-1: žádná výměna ho nenechala změněné; není co obnovit"
    ),
    # words of people that end as a text with a count does
    "the lamps and many more": "the lamps and many more",
}


@pytest.mark.parametrize(("english", "czech"), CASES.items())
def test_a_text_is_found_part_by_part(english, czech):
    """All of it is Czech but the names in it."""
    assert translated(english, CZECH) == czech


def test_a_hundred_findings_in_a_row_are_found():
    """Each of them, however many there are: the detail of a refusal has all."""
    one = "does not present the old certificate: restoring now would cut clients off"
    wanted = "nepředkládá starý certifikát: vrácení nastavení by teď odřízlo klienty"
    names = [f"SEPM-{number}" for number in range(100)]
    text, czech = ("; ".join(f"{name}: {each}" for name in names) for each in (one, wanted))
    assert translated(text, CZECH) == czech


@pytest.mark.parametrize(("count", "form"), [(1, "klient není"), (2, "klienti nejsou"), (5, "klientů není")])
def test_three_plurals(count, form):
    """The count decides the form, also behind the name of a gate."""
    text = f"A8: {count} clients are not covered and would be cut off by going on: PC-1"
    assert translated(text, CZECH).startswith(f"A8: {count} {form}")
