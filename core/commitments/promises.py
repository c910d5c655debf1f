"""The promises of one version: which sentences bind somebody, and where each of them stands.

A promise is a sentence with the lead-in it is read with. What the gate lets through and the frame then shows to bind
nobody (a freedom of the company's own, a request to the reader) is left out: a ledger is read line by line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.commitments.delta import is_disclaimer
from core.commitments.frame import Frame
from core.commitments.wording import MAX_SENTENCE, prepare, split_sentences, with_lead_in, word_set
from core.model import Place, Reading
from core.promising import Promising

LEAST_TIER = 2
"""An aim and all that is firmer; below it stand freedoms and beliefs."""

LEAST_WORDS = 4
LEAST_LINE = 30  # characters: a shorter passage without a full stop is a label, not a line cut off

_ENDS = frozenset(".!?:;。！？：；”\"')")
_LEAD_ON = word_set("the a an of and or to in our for with by on at that not is are as from their its will be any all")
FIRM_TIER = 4
LONGEST_TITLE = 8  # words
_OPENING = 6  # words at the beginning, in which "we know" and "we believe" make an opinion of what follows
_BOUND = ("we", "we and the group")
_THINKING = word_set("know believe think feel understand hope")
_OWN_RIGHTS = word_set("objections objection privilege immunity defences defenses claims")
_A_TITLE = re.compile(r"(?:our|its|the) commitment to")  # "Our commitment to human rights", and no more


@dataclass(frozen=True, slots=True)
class Promise:
    """One sentence of a version. ``place`` is the index of its place, ``heading`` the section it stands in."""

    text: str
    lead_in: str = ""
    heading: str = ""
    place: int = -1
    binds: bool = True
    is_heading: bool = False
    is_titled: bool = False  # what introduces it is a heading, and no beginning of its sentence

    @property
    def whole(self) -> str:
        """The sentence as people read it: an item with its lead-in in front, or with its heading and a colon."""
        if self.is_titled and self.lead_in:
            return f"{self.lead_in.strip()}: {self.text}"
        return with_lead_in(self.text, self.lead_in)

    @property
    def key(self) -> str:
        """What two equal promises share, whatever their quotes, dashes and capitals."""
        return prepare(with_lead_in(self.text, self.lead_in))


def sentences_of(lexicon: Promising, reading: Reading, names: tuple[str, ...] = ()) -> tuple[Promise, ...]:
    """Every sentence of a version, in order; ``binds`` says which are promises. A heading never is, but may be what
    became of one."""
    found: list[Promise] = []
    for at, text in _passages(reading):
        place = reading.places[at]
        lead_in = _lead_in(reading, at)
        heading = reading.places[place.heading].text if place.heading >= 0 else ""
        may_bind = place.kind != "heading" and lexicon.holds_commitment(text, lead_in=lead_in)
        for index, sentence in enumerate(split_sentences(text)):
            lead = lead_in if index == 0 else ""
            if len(sentence) > MAX_SENTENCE:  # no sentence: what it begins with stands for it, and for a reader
                sentence = f"{sentence[: MAX_SENTENCE - 1]}…"
            is_titled = (
                bool(lead) and reading.places[place.lead_in].kind == "heading" and not lead.endswith((":", "："))
            )
            leads = (lead, "") if is_titled else (lead,)  # a heading may hold words that turn the sentence under it
            binds = may_bind and any(is_promise(lexicon, sentence, each, names) for each in leads)
            is_heading = place.kind == "heading" or (place.kind == "paragraph" and _is_title(sentence))
            found.append(Promise(sentence.strip(), lead, heading, at, binds, is_heading, is_titled))
    return tuple(found)


def _passages(reading: Reading) -> Iterator[tuple[int, str]]:
    """Passages with the index of their place. A sentence that a line or page break cut in two is whole again."""
    leads = {place.lead_in for place in reading.places if place.lead_in >= 0}
    held: tuple[int, str] | None = None
    for at, place in enumerate(reading.places):
        if held and _runs_on(held[1], place, reading.places[held[0]]):
            held = (held[0], f"{held[1]} {place.text}")
            continue
        if held:
            yield held
        is_lead = at in leads and place.text.rstrip().endswith((":", "："))
        held = None if is_lead else (at, place.text)
    if held:
        yield held


def _runs_on(text: str, place: Place, first: Place) -> bool:
    if place.kind != "paragraph" or first.kind != "paragraph" or place.stream != first.stream:
        return False
    if len(text) < LEAST_LINE or len(text) > MAX_SENTENCE or text.rstrip()[-1:] in _ENDS:
        return False
    last = text.split()[-1].lower()
    return place.text[:1].islower() or last in _LEAD_ON or text.rstrip().endswith((",", "-", "–"))


def is_promise(lexicon: Promising, sentence: str, lead_in: str, names: tuple[str, ...]) -> bool:
    """Whether a sentence, read with its lead-in, holds somebody to something."""
    if len(sentence) > MAX_SENTENCE or not lexicon.holds_commitment(sentence, lead_in=lead_in):
        return False
    frame = lexicon.frame(sentence, lead_in=lead_in, company_names=names)
    if len(frame.words) < LEAST_WORDS or _is_title(sentence) or _is_menu(sentence):
        return False
    if any(binds_nobody(frame) for binds_nobody in _BINDING_NOBODY):
        return False
    if (
        frame.tier is None
    ):  # "we follow the higher standard": told in the present, with a verb the lexicon does not rank
        is_ours = frame.actor in _BOUND or bool(frame.of("standards"))
        return is_ours and frame.stance in ("none", "restrains") and lexicon.names_topic(frame.sentence)
    if frame.tier < LEAST_TIER:
        return _is_right(frame) and (lexicon.names_topic(frame.sentence) or not _HEARD.isdisjoint(frame.words))
    if frame.actor == "users" or sentence.rstrip().endswith("?") or frame.words[0] == "please":
        return False
    if frame.stance not in ("restrains", "both"):
        return False
    if frame.acts and frame.actor == "nobody" and not frame.of("modality"):
        return lexicon.names_topic(frame.sentence)  # "complaints of workers are investigated", "this page is reviewed"
    if frame.acts:
        return True
    if _A_TITLE.fullmatch(frame.modality) and len(frame.of("modality")) == 1:
        return False
    if frame.tier >= FIRM_TIER and frame.actor in _BOUND and not frame.is_passive:
        return _THINKING.isdisjoint(frame.words[:_OPENING])
    has_scope = bool(frame.of("places") or frame.of("customers")) or frame.actor in ("third", "affected")
    return has_scope or lexicon.names_topic(frame.sentence)


def _is_title(sentence: str) -> bool:
    """A few words, each long one with a capital, and no stop: "Embedding Respect for Human Rights"."""
    words = sentence.split()
    if len(words) > LONGEST_TITLE or sentence.rstrip()[-1:] in _ENDS:
        return False
    return all(word[:1].isupper() for word in words if len(word) > 3 and word[:1].isalpha()) and sentence.isascii()


_BETWEEN_LABELS = re.compile(r"\s[·|•/›»>]\s")
_LONGEST_LABEL = 3  # words


def _is_menu(sentence: str) -> bool:
    """ "Accept · Decline · Settings": labels side by side, each of a few words."""
    labels = _BETWEEN_LABELS.split(sentence)
    return len(labels) > 1 and all(len(label.split()) <= _LONGEST_LABEL for label in labels)


def _guards_itself(frame: Frame) -> bool:
    """ "Receipt does not waive any objections": a company keeping its own rights promises nobody anything."""
    return (
        bool(frame.acts) and all(act.lemma == "waive" for act in frame.acts) and not _OWN_RIGHTS.isdisjoint(frame.words)
    )


def _asks_for_form(frame: Frame) -> bool:
    """ "Requests must include a valid address": what whoever writes to the company has to do."""
    modal = next((mark for mark in frame.of("modality") if mark.tier >= LEAST_TIER), None)
    if modal is None or _REQUESTS.isdisjoint(frame.words[: min(modal.first, _OPENING)]):
        return False
    return not _FORMS.isdisjoint(frame.words[modal.last : modal.last + 4])


_REQUESTS = word_set("request requests inquiry inquiries")
_FORMS = word_set("include contain specify identify provide state indicate submitted sent addressed directed emailed")


def _only_owes_law(frame: Frame) -> bool:
    """ "We are required to comply with local laws" says what the law does."""
    is_told = frame.modality in ("are required to", "is required to", "must") and frame.actor in _BOUND
    return is_told and {act.lemma for act in frame.acts} == {"comply"} and not _LAWS.isdisjoint(frame.words)


_LAWS = word_set("law laws regulation regulations legislation")


def _is_thought(frame: Frame) -> bool:
    """ "We feel a deep responsibility", "we know our work will never be finished": an opinion, and no act."""
    if frame.acts:
        return False
    return any(
        word in _BOUND and not _THINKING.isdisjoint(frame.words[at + 1 : at + 3]) for at, word in enumerate(frame.words)
    )


_HEARD = word_set("appeal complain object refuse organise organize strike")


def _is_right(frame: Frame) -> bool:
    """ "Workers can complain anonymously": the freedom of those a promise protects is a promise to them."""
    is_free = all(mark.text in ("can", "may") for mark in frame.of("modality"))
    return is_free and frame.actor in ("users", "affected") and frame.stance == "restrains" and not frame.negations


_BINDING_NOBODY = (_guards_itself, is_disclaimer, _asks_for_form, _only_owes_law, _is_thought)


def _lead_in(reading: Reading, at: int) -> str:
    """The sentence that introduces an item, where it is one and not a title of a word or two."""
    lead = reading.lead_in(at)
    lead = split_sentences(lead)[-1] if lead and len(lead) <= MAX_SENTENCE else lead
    return lead if lead.rstrip().endswith((":", "：")) or len(lead.split()) > 2 else ""


def promises_of(sentences: Sequence[Promise]) -> tuple[Promise, ...]:
    """Those that bind somebody."""
    return tuple(sentence for sentence in sentences if sentence.binds)
