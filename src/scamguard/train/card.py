"""Card: the model card as a page a person reads, written from ``card.json`` alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


def markdown(card: Mapping[str, Any]) -> str:
    """Write the model card."""
    figures, trained = card["out_of_fold"], card["trained_on"]
    sections = [
        "# scamguard default model\n",
        _ABOUT,
        "## Use and limits\n",
        _LIMITS,
        "## Trained on\n",
        f"{_counts(trained['count'])} written for this project{_ballast(trained)}\n",
        "## Figures, out of fold\n",
        _OUT_OF_FOLD,
        _table(["messages", *_COLUMNS], [["all", figures["all"]], *sorted(figures["by_language"].items())]),
        "\nFlagged at the warning threshold, by kind:\n",
        _pairs("kind", "flagged", figures["flagged_by_kind"]),
        "\nF1 of what is asked for, misses of the classifier included:\n",
        _pairs("secret", "F1", figures["asks_f1_by_secret"]),
        "\n## Calibration and thresholds\n",
        f"Expected calibration error {figures['reliability']['expected_calibration_error']}. {_thresholds(card['thresholds'])}\n",
        _reliability(figures["reliability"]["bins"]),
    ]
    if card.get("identity"):
        sections += ["\n## What links show\n", _IDENTITY, *_identity(card["identity"])]
    if card.get("sieve"):
        sections += ["\n## What is passed over\n", _SIEVE, _pairs("messages", "share passed over", card["sieve"]["passed_over"])]
    if card.get("zero_shot"):
        keys = list(next(iter(card["zero_shot"].values())))
        on = f"Of {card['zero_shot_on']} messages." if "zero_shot_on" in card else ""
        sections += ["\n## Languages left out\n", f"{_ZERO_SHOT}{on}\n", _table(["messages", *keys], sorted(card["zero_shot"].items()))]
    if card.get("ablation"):
        keys = [key for key in card["ablation"][0] if key != "variant"]
        on = f"One thing changed at a time, out of fold, on {card['ablated_on']} messages.\n"
        sections += ["\n## Ablation\n", on, _table(["variant", *keys], [[row["variant"], row] for row in card["ablation"]])]
    decisive = [row["id"] for row in card["rules"] if row["decisive"]]
    sections += [
        "\n## Decisive rules\n",
        "These lift a message to the warning threshold whatever its words: " + (", ".join(f"`{r}`" for r in decisive) or "none") + ".\n",
    ]
    return "\n".join(sections)


_ABOUT = """\
A linear classifier over words, character n-grams, words marked by the frame of their clause, concept n-grams, fired
rules and the shape of a message, with one further linear head for each secret and each kind of scam. It says whether
somebody poses as support, an authority, a boss or a friend to get the reader's secrets or money. It is written for
Chinese and English first; Spanish, Portuguese, French, German, Russian, Japanese, Korean, Vietnamese, Turkish, Indonesian,
Hindi and Arabic have lexicons and messages of their own; Ukrainian, Thai and Persian have messages, and no lexicon yet. Any other
language is scored by what it shares with these.
"""
_LIMITS = """\
For warning readers and queueing messages for moderators, not for punishing senders unseen. A message that names no
secret and asks for nothing yet (a mere opener) is often let pass.
"""
_OUT_OF_FOLD = """\
Five folds by writer: every message is scored by a model that saw nothing of its writer. Most of these messages were
written to be hard, in contrast pairs, some of them against an earlier model; ordinary traffic is easier.
"""
_COLUMNS = (
    "messages", "auc", "recall_at_1", "recall_at_2", "recall", "recall_low", "recall_high",
    "false_alarms", "false_alarms_low", "false_alarms_high", "asks_f1",
)  # fmt: skip
_ZERO_SHOT = """\
Each language scored by a model that saw none of its messages, and by one that saw those of other writers. What carries
over is what languages share: concepts, rules, frames, shape and borrowed words. A language with fewer than 200 scams or benign
messages has intervals too wide to say much.
"""


_IDENTITY = """\
Nats that a finding about a message's links adds to the log-odds, fitted out of fold beside the words, and the messages that show it; on
the right in messages that ask or quote, for these mostly speak of a link. Findings are worth 2.5 nats at most together, and links are read
only where that could lead to a suspicion.
"""


_HOME = """\
What leads home, which is to say to brands' own sites and nowhere else, in a short message: {nats} nats, but never below even odds nor below
the floor of a rule; {scam} scams and {benign} benign messages do.
"""


_GAIN = """\
What that brings, before what is quoted is set apart, decisive rules fire and the sieve passes anything over, and so with other figures
than above:
"""


_SIEVE = """\
A smaller linear model looks at a message first and passes most ordinary ones over, with a logit of its own; what leads somewhere or is
spelled oddly is always read. Out of fold, the figures above being those of both together:
"""


def _identity(learned: Mapping[str, Any]) -> list[str]:
    """Show what links are worth, and what they bring out of fold."""
    halves = {half: title for half, title in (("", ""), ("_spoken_of", ", spoken of")) if f"nats{half}" in learned}
    rows = []
    for name in learned["nats"]:
        said = [(title, {"nats": learned[f"nats{half}"][name], **learned[f"messages{half}"][name]}) for half, title in halves.items()]
        rows.append((name, {f"{key}{title}": value for title, values in said for key, value in values.items()}))
    heads = [f"{key}{title}" for title in halves.values() for key in ("nats", "scam", "benign")]
    parts = [_table(["finding", *heads], rows)]
    if "home" in learned:
        home = learned["home"]
        parts += ["", _HOME.format(nats=home["nats"], **home["messages"])]
    if learned["gain"]:
        keys = list(next(iter(learned["gain"].values())))
        parts += ["", _GAIN, _table(["out of fold", *keys], learned["gain"].items())]
    return parts


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Draw a Markdown table; each row is a name and a mapping."""
    keys = head[1:]
    lines = ["| " + " | ".join([head[0] if head[0] != "messages" else "", *keys]) + " |", "|" + "---|" * (len(keys) + 1)]
    lines += ["| " + " | ".join([str(name), *(str(values.get(key, "")) for key in keys)]) + " |" for name, values in rows]
    return "\n".join(lines)


def _pairs(left: str, right: str, values: Mapping[str, float]) -> str:
    return "\n".join([f"| {left} | {right} |", "|---|---|", *(f"| {name} | {value} |" for name, value in values.items())])


def _thresholds(values: Mapping[str, Any]) -> str:
    """Say from which risk it acts, in which language."""
    later = {lang: risk for lang, risk in values["languages"].items() if risk > values["warn"]}
    return " ".join([
        f"Warn from risk {values['warn']:.3f}, block from {values['block']:.3f}.",
        *([f"Later where hard benign messages are flagged more often: {_risks(later)}."] if later else []),
        f"A language that is seldom or never among the messages (all but {', '.join(values['languages'])}) has too little data for a",
        f"threshold of its own and warns from {values['other']:.3f}, where others all but block.",
        "The intervals of the false alarms above say how far each can be trusted.",
    ])


def _risks(values: Mapping[str, float]) -> str:
    return ", ".join(f"{lang} {risk:.3f}" for lang, risk in values.items())


def _reliability(bins: Iterable[Mapping[str, Any]]) -> str:
    rows = [f"| {row['from']:.1f} | {row['messages']} | {row['said']} | {row['true']} |" for row in bins]
    return "\n".join(["| risk from | messages | mean risk said | share of scams |", "|---|---|---|---|", *rows])


def _counts(count: Mapping[str, int]) -> str:
    return f"{count['scam']} scams and {count['benign']} benign messages"


def _ballast(trained: Mapping[str, Any]) -> str:
    """Name the public sets that were lent to training or to the choice of thresholds."""
    out = "."
    if trained["ballast"]:
        out += " Besides, at a small weight (see the recipe in `card.json`), benign rows of public sets: " + _sets(trained["ballast"]) + "."
    if trained["thresholds_chosen_on"]:
        out += (
            " The thresholds were chosen on benign rows of public sets that nothing was fitted on"
            " (of a set in both lists, the other half): "
            + _sets(trained["thresholds_chosen_on"])
            + "."
        )
    return out


def _sets(sets: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} ({row['rows']})" for name, row in sorted(sets.items()))
