"""Which acts a sentence promises, forbids or permits, and who the words of restraint govern.

A harmful verb is good news only when something holds it back: a negation, or a verb like stop, suspend, review. Two
restraints undo each other ("will not stop selling"); a restraint on a protective act is harm ("we ended our audits").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from core.commitments.inflection import irregular_pasts
from core.commitments.wording import word_set

if TYPE_CHECKING:
    from core.commitments.frame import Clause, Mark
    from core.commitments.vocabulary import Group, Vocabulary

ABSOLUTE = 6
"""The level of a flat "not"; other restraints have the tier of their verb."""

_DETERMINERS = word_set("""the a an our its their his her your this that these those such any all every each no of in on for with from at
    by per independent external annual further regular public social rights impact supplier human first new full
    third party mass""")  # fmt: skip
_BE = word_set("is are was were be been being")
_JOINED = frozenset({"and", "or", "nor", ",", "/", "、", "和", "或", "&"})
_NOBODY = word_set("no none nobody nothing neither")  # as subject they govern the whole clause
_FINITE = word_set("is are was were will shall must may can has have")
_BETWEEN_NOUN = word_set("the our its all any of this that these their from every such with on")
_HEADS_BEFORE = word_set("""do does did we they it you i who will shall must may might can could should would cannot to not never also always and or
    suppliers partners customers company group""")  # fmt: skip
_ADVERBS = word_set("longer also always now only already then still immediately promptly publicly never not")
_LIGHT = word_set(
    "conduct conducts conducting commission commissions commissioning perform performs carry undertake undertakes maintain maintains have has do"
)
BREAKS = frozenset({";", ":", ".", "but", "while", "whereas", "although", "however", "though", "yet", "；"})
"""Words and marks across which nothing governs; "and" and "or" join them before a new subject."""
_NEW_SUBJECT = word_set("we they it you will shall must may might can could should would is are do does")
_PROMOTING = word_set(
    "continue continues continued keep keeps resume resumes resumed restart restarts begin begins start starts "
    "expand expands increase increases grow extend extends"
)
"""Words after which a harmful noun or -ing form is done, and more of it."""
_PRONOUNS = word_set("they we it you")
_NO_NOUN = word_set(
    "that if when where while because as than before after once unless until whether how what so then to of"
)
_LEAST_ABOUT = 3  # words before the verb: an act, a noun, a pronoun
_BOTH = word_set(
    "report reports audit audits review reviews use uses exit end design map source sources supply release screen trace"
)
"""Words that are verbs only where something leads to a verb: a subject, a modal, "to", an adverb, another verb."""
_NOUN_TAILS = {
    "supply": ("chain", "chains"),
    "supplies": (),
    "informed": ("consent", "consultation", "decision", "decisions", "choice", "choices"),
    "use": ("case", "cases"),
    "source": ("code",),
    "export": ("control", "controls", "law", "laws", "licence", "licences", "license", "licenses", "rules"),
    "import": ("control", "controls", "law", "laws", "rules"),
    "design": ("stage", "phase", "team"),
    "transfer": ("programme", "programmes", "program", "programs", "scheme", "schemes"),
}
_HANDING_OVER = frozenset({"disclose", "provide", "share", "give", "transfer", "surrender"})


_GIVING = word_set("share shares give gives offer offers provide provides")
_TO_PEOPLE = 6  # words
_LINKING = word_set("about from of on for in by and or , that who which")
DUTY = 3
"""The level of a duty laid on those we bind, where its verb alone says nothing."""

_DUTY_WORDS = word_set("must shall will should required expected need encouraged obliged asked invited urged advised")


class Act(NamedTuple):
    """One act of the main clause. ``level``: how strong a promise it is (0 permitted, 6 never); ``at``: its word."""

    at: int
    lemma: str
    group: str
    level: int
    stance: Literal["restrains", "permits"]
    claims: frozenset[int]  # its words and those that govern it
    is_head: bool = True
    is_harm: bool = False


_GRANTING = frozenset({"allow", "permit", "enable", "accept"})
_HOLDING_TO = word_set("require requires expect expects encourage encourages ask asks oblige obliges urge urges")


@dataclass(slots=True)
class _Governor:
    at: int
    level: int  # 0 for a negation


def english_acts(
    vocabulary: Vocabulary, words: Sequence[str], marks: tuple[Mark, ...], clauses: tuple[Clause, ...]
) -> tuple[Act, ...]:
    """The acts of the main clause, in order."""
    return _English(vocabulary, words, marks, clauses).acts()


class _English:
    """One pass from left to right, remembering what governs."""

    def __init__(
        self, vocabulary: Vocabulary, words: Sequence[str], marks: tuple[Mark, ...], clauses: tuple[Clause, ...]
    ) -> None:
        self.vocabulary = vocabulary
        self.words = words
        self.aside = {at for clause in clauses for at in range(clause.first, clause.last)}
        self.negations: set[int] = set()
        self.soft: set[int] = set()  # "encourages suppliers to", "will consider ending": the modality, not the act
        self.customers: list[int] = []
        self.people: list[Mark] = []
        self.after_actor: set[int] = set()
        self.after_third: set[int] = set()
        self.bound = self.ours = len(words)  # where those we bind, and we ourselves, are named first
        self.has_person_data = False
        for mark in marks:
            self._note(mark)
        self.governors: list[_Governor] = []
        self.found: list[Act] = []
        self.reviews: list[tuple[int, int]] = []  # protective verbs that may govern a harmful noun: (word, tier)

    def _note(self, mark: Mark) -> None:
        dimension, first = mark.dimension, mark.first
        if (dimension == "modality" and mark.tier <= 2) or dimension in ("hedges", "deadline"):
            self.soft.update(range(first, mark.last))
        elif dimension == "customers":
            self.customers.append(first)
        elif dimension == "person_data":
            self.has_person_data = True
        elif mark.clause < 0 and dimension == "negation" and mark.value == "not":
            self.negations.add(first)
        elif mark.clause < 0 and dimension == "actors":
            self.after_actor.add(mark.last)
            if mark.value == "affected":
                self.people.append(mark)
            if mark.value == "third":
                self.after_third.add(mark.last)
                self.bound = min(self.bound, first)
            elif mark.value == "we":
                self.ours = min(self.ours, first)

    def acts(self) -> tuple[Act, ...]:
        telling, actions = self.vocabulary.act_words, self.vocabulary.actions
        places = [at for at, word in enumerate(self.words) if word in telling or at in self.negations]
        for at in places:
            if at in self.aside:
                continue
            word = self.words[at]
            if self._breaks(at):
                self.governors, self.reviews = [], []
            if at in self.negations:
                self._negate(at)
            following = self.words[at + 1] if at + 1 < len(self.words) else ""
            entry = actions.get(f"{word} {following}") or actions.get(word)
            if entry and at not in self.soft and not self._is_compound(at) and not self._is_about_noun(at):
                self._take(at, *entry)
        return tuple(self.found)

    def _negate(self, at: int) -> None:
        """A negation joined to one before by "and" or "or" repeats it ("do not and will not sell")."""
        earlier = [governor for governor in self.governors if governor.level == 0]
        if earlier and (self.words[at] == "nor" or not _JOINED.isdisjoint(self.words[earlier[-1].at + 1 : at])):
            self.governors = [governor for governor in self.governors if governor.level]
        self.governors.append(_Governor(at, 0))

    def _breaks(self, at: int) -> bool:
        word = self.words[at]
        if word in BREAKS:
            return True
        following = self.words[at + 1] if at + 1 < len(self.words) else ""
        return word in ("and", "or") and following in _NEW_SUBJECT

    def _is_about_noun(self, at: int) -> bool:
        """ "Disclose the smelters they use": the verb of a clause about the noun before it, and no act of its own."""
        if at < _LEAST_ABOUT or self.words[at - 1] not in _PRONOUNS or not self.found:
            return False
        noun = self.words[at - 2]
        return noun.isalpha() and noun not in _NO_NOUN | BREAKS | _JOINED

    def _is_compound(self, at: int) -> bool:
        following = self.words[at + 1] if at + 1 < len(self.words) else ""
        return following in _NOUN_TAILS.get(self.words[at], ())

    def _take(self, at: int, lemma: str, group: Group) -> None:
        is_noun = group.is_noun or self._stands_as_noun(at)
        role = group.role
        if lemma in _HANDING_OVER and (self.has_person_data or role == "harm"):
            self._harm(at, lemma, "hand_over" if self.has_person_data else group.name, is_noun=is_noun)
        elif role == "harm":
            self._harm(at, lemma, group.name, is_noun=is_noun)
        elif role == "sever":
            self._sever(at, lemma, group, is_noun=is_noun)
        else:
            self._protect(at, lemma, group, is_noun=is_noun)

    def _stands_as_noun(self, at: int) -> bool:
        word, before = self.words[at], self.words[at - 1] if at else ""
        if word.endswith("ing"):
            return False
        following = self.words[at + 1] if at + 1 < len(self.words) else ""
        if before in _DETERMINERS:
            return True
        is_told = before in _BE and any(mark.first < at for mark in self.people)  # "workers are informed of"
        if following == "of" and before not in _HEADS_BEFORE and not is_told:
            return True
        if before in ("and", "or") and word.endswith("s") and following in ("of", ".", "", "by") and at > 1:
            return self.words[at - 2] not in self.vocabulary.actions  # "the names and addresses of suppliers"
        if word == "respect" and following == "for":  # "Respect for human rights shapes …"
            return True
        if word in _BOTH and (following in _FINITE or (at > 1 and not self._leads_to_verb(at))):
            return True
        return before in self.vocabulary.actions and before not in _LIGHT and not before.endswith(("ing", "ed"))

    def _leads_to_verb(self, at: int) -> bool:
        before = self.words[at - 1]
        return (
            before in _HEADS_BEFORE
            or before in _JOINED
            or before in _ADVERBS
            or before in BREAKS
            or before.endswith("ly")
            or before in self.vocabulary.actions
            or at in self.after_actor
        )

    def _near(self, at: int, window: int | None = None) -> list[_Governor]:
        limit = (window or self.vocabulary.window) + 1
        return [
            governor
            for governor in self.governors
            if at - governor.at <= limit or (governor.at <= 1 and self.words[governor.at] in _NOBODY)
        ]

    def _joined_to(self, at: int) -> Act | None:
        """The act before, where this one is coordinated with it: "sell, supply or provide"."""
        if not self.found or not self.words[at - 1 : at] or self.words[at - 1] not in _JOINED:
            return None
        last = self.found[-1]
        return last if not any(self._breaks(between) for between in range(last.at + 1, at)) else None

    def _harm(self, at: int, lemma: str, group: str, *, is_noun: bool) -> None:
        joined = self._joined_to(at)
        if joined and joined.is_harm:
            claims = (joined.claims - {joined.at}) | {at}
            self.found.append(Act(at, lemma, group, joined.level, joined.stance, claims, is_harm=True))
            return
        governors = self._near(at)
        negations = [governor for governor in governors if governor.level == 0]
        severs = [governor for governor in governors if governor.level]
        if is_noun and lemma in self.vocabulary.protective_objects:
            return
        claims = frozenset({at, *(governor.at for governor in governors)})
        if not governors:
            review = next((each for each in reversed(self.reviews) if at - each[0] <= self.vocabulary.window), None)
            if review and (is_noun or self.words[at].endswith("ing")):
                self._merge_review(review, at, lemma, group)
            elif self._is_promoted(at, is_noun=is_noun):
                self.found.append(Act(at, lemma, group, 0, "permits", claims, is_harm=True))
            elif not is_noun and (self._is_duty(at) or self._is_granted(at, lemma)):
                self.found.append(Act(at, lemma, group, DUTY, "restrains", claims))
            elif not is_noun and self._is_head(at) and self._goes_to_people(at) and self._is_kind(at):
                self.found.append(Act(at, lemma, "disclose", DUTY, "restrains", claims))
            elif not is_noun and self._is_head(at) and not self._is_kind(at):
                self.found.append(Act(at, lemma, group, 0, "permits", claims, is_harm=True))
            return
        self.found = [
            act for act in self.found if act.at not in claims
        ]  # "stop" in "stop selling" is no act of its own
        if (len(negations) + len(severs)) % 2:
            level = min((governor.level for governor in severs), default=ABSOLUTE)
            self.found.append(Act(at, lemma, group, level, "restrains", claims, is_harm=True))
        else:
            self.found.append(Act(at, lemma, group, 0, "permits", claims, is_harm=True))
        self.governors = [governor for governor in self.governors if governor.level == 0]

    def _is_promoted(self, at: int, *, is_noun: bool) -> bool:
        """ "We will continue sourcing", "we will expand sales": done, and not held back."""
        if not is_noun and not self.words[at].endswith("ing"):
            return False
        return not _PROMOTING.isdisjoint(self.words[max(at - 3, 0) : at])

    def _merge_review(self, review: tuple[int, int], at: int, lemma: str, group: str) -> None:
        """ "Review sales" is a mild restraint on selling, not an act of its own."""
        verb = next((act for act in self.found if act.at == review[0]), None)
        self.found = [act for act in self.found if act is not verb]
        claims = frozenset({at, review[0]})
        stance = verb.stance if verb else "restrains"
        self.found.append(
            Act(at, lemma, group, review[1] if stance == "restrains" else 0, stance, claims, is_harm=True)
        )
        self.reviews = []

    def _is_head(self, at: int) -> bool:
        before = at - 1
        while before >= 0 and (self.words[before] in _ADVERBS or self.words[before].endswith("ly")):
            before -= 1
        if before < 0:
            return not self.words[at].endswith("ing")
        if self.words[before] == "to":
            return not any(act.at < at for act in self.found)
        if self.words[before] in ("is", "are") and (
            self.words[at].endswith("ed") or self.words[at] in irregular_pasts()
        ):
            return True  # "complaints are investigated"
        return self.words[before] in _HEADS_BEFORE or (before <= 1 and not self.words[at].endswith(("ing", "ed")))

    def _is_duty(self, at: int) -> bool:
        """ "Suppliers must allow audits": what those we bind must do is their duty, not our freedom."""
        before = self.words[max(at - 3, 0) : at]
        return self.bound < at and self.bound < self.ours and bool(_DUTY_WORDS.intersection(before))

    def _is_granted(self, at: int, lemma: str) -> bool:
        """ "We require suppliers to allow unions": a freedom for workers that others are held to grant."""
        if lemma not in _GRANTING or self.words[at - 1] != "to" or at - 1 not in self.after_third or self.customers:
            return False
        return not _HOLDING_TO.isdisjoint(self.words[max(at - 6, 0) : at - 1])

    def _is_kind(self, at: int) -> bool:
        """ "We provide remedy": a harmful verb with a good object within a few words, and no police to receive it."""
        if any(at < first <= at + 5 for first in self.customers):
            return False
        if self._goes_to_people(at):
            return True
        near = self.words[at + 1 : at + 6]
        if self.words[at] in _GIVING and any("gift" in self.vocabulary.kinds.get(word, ()) for word in near):
            return True
        return any(word in self.vocabulary.protective_objects for word in near)

    def _goes_to_people(self, at: int) -> bool:
        """ "We share the outcome with the complainant", "we give workers a copy": and not what is known of them."""
        if self.words[at] not in _GIVING or self.has_person_data:
            return False
        for mark in self.people:
            lead = self.words[max(mark.first - 3, at) : mark.first]
            is_owner = self.words[mark.last : mark.last + 1] in (["'"], ("'",)) or self.words[mark.last - 1].endswith(
                "'s"
            )
            if (
                at < mark.first <= at + _TO_PEOPLE
                and not is_owner
                and ("to" in lead or "with" in lead or _LINKING.isdisjoint(self.words[at + 1 : mark.first]))
            ):
                return True
        return False

    def _sever(self, at: int, lemma: str, group: Group, *, is_noun: bool) -> None:
        governors = self._near(at, 3)
        negated = any(governor.level == 0 for governor in governors)
        severed = any(governor.level for governor in governors) and is_noun and self._only_links(governors[-1].at, at)
        if is_noun and not severed and not negated:
            return
        claims = frozenset({at, *(governor.at for governor in governors)})
        self.found.append(
            Act(at, lemma, group.name, 0 if negated or severed else group.tier,
                "permits" if negated or severed else "restrains", claims, is_head=not is_noun)
        )  # fmt: skip
        if not is_noun:
            self.governors.append(_Governor(at, group.tier))

    def _protect(self, at: int, lemma: str, group: Group, *, is_noun: bool) -> None:
        if self._is_purpose(at):
            return
        governors = self._near(at, 4)
        negated = any(governor.level == 0 for governor in governors)
        severed = any(governor.level and self._leads_to(governor.at, at) for governor in governors)
        light = any(word in _LIGHT for word in self.words[max(at - 4, 0) : at])
        if is_noun and not (severed or light or (negated and self.words[at - 1] == "no")):
            return
        if self._joined_to(at) and self.found[-1].stance == "permits" and not self.found[-1].is_harm:
            negated = True
        is_undone = negated != severed  # "will not stop auditing" protects
        claims = frozenset({at, *(g.at for g in governors if g.level == 0 or self._leads_to(g.at, at))})
        if severed:
            self.found = [act for act in self.found if act.at not in claims]
        self.found.append(
            Act(at, lemma, group.name, 0 if is_undone else group.tier, "permits" if is_undone else "restrains", claims,
                is_head=light or self._is_head(at))
        )  # fmt: skip
        if not is_noun:
            self.reviews.append((at, group.tier))

    def _is_purpose(self, at: int) -> bool:
        """ "Use your photos to train models": what the harm is for, no act of its own."""
        is_infinitive = self.words[at - 1 : at] == ["to"] and self.words[at - 2] not in _JOINED
        return is_infinitive and bool(self.found) and self.found[-1].is_harm and at - self.found[-1].at > 2

    def _leads_to(self, start: int, end: int) -> bool:
        """ "Stop our audits"; "decline to publish"."""
        return self._only_links(start, end) or (end - start == 2 and self.words[start + 1] == "to")

    def _only_links(self, start: int, end: int) -> bool:
        between = self.words[start + 1 : end]
        return end - start <= 4 and all(word in _BETWEEN_NOUN for word in between)
