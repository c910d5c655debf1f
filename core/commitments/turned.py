"""A promise that turned round in other words: what was opposed is supported, what was ended is resumed, a ban is lifted."""

from __future__ import annotations

from core.commitments.frame import Frame
from core.commitments.wording import word_set

_AGAINST = word_set(
    "oppose opposes reject rejects condemn condemns resist resists fight fights challenge challenges contest contests defy"
)
_FOR = word_set(
    "support supports favour favours favor favors welcome welcomes endorse endorses promote promotes require requires back backs honour honours honor obey obeys accept accepts follow follows"
)
_SPEAKING_OUT = word_set("vote votes lobby lobbies campaign campaigns advocate advocates argue argues speak speaks")
_ALIKE = 0.5  # of what the shorter sentence says in words of more than three letters


def attitude_turned(before: Frame, after: Frame) -> tuple[str, str] | None:
    """ "We oppose such laws", "we support such laws": what the speaker is against and what the speaker is for."""
    was, now = _attitude(before), _attitude(after)
    if not was or not now or (was in _AGAINST) == (now in _AGAINST) or before.negations or after.negations:
        return None
    one, two = ({word for word in frame.words if len(word) > 3} - {was, now} for frame in (before, after))
    return (was, now) if len(one & two) >= _ALIKE * max(min(len(one), len(two)), 1) else None


def _attitude(frame: Frame) -> str:
    """The verb of attitude right behind the speaker."""
    at = 1
    while at < len(frame.words) and (frame.words[at].endswith("ly") or frame.words[at] in ("will", "shall", "always")):
        at += 1
    word = frame.words[at] if at < len(frame.words) and frame.actor == "we" else ""
    if word in _SPEAKING_OUT:
        following = frame.words[at + 1 : at + 4]
        return "oppose" if "against" in following else "support" if {"for", "favour", "favor"} & {*following} else ""
    return word if word in _AGAINST | _FOR else ""


_RESUMING = word_set("""keep keeps kept keeping retain retains maintain maintains resume resumed continue continues continued restart restarted restore restored reinstate
    reinstated return returned returns reopen reopened rejoin rejoined extend extends extended renew renews renewed agree agrees agreed again anew""")


def resumed(held: Frame, free: Frame) -> str:
    """What one side stopped, the other goes on with: "ended our cooperation", "resumed our cooperation"."""
    if not held.acts and held.negations:
        return _taken_up(held, free)
    if not held.acts or any(
        (act.group not in ("sever", "suspend") and not act.is_harm) or act.stance != "restrains" for act in held.acts
    ):
        return ""
    if free.negations or any(act.stance == "restrains" for act in free.acts):
        return ""
    reopened = next((act.lemma for act in free.acts if act.group == "reopen" and act.stance == "permits"), "")
    if reopened:
        return f"{held.acts[0].lemma} → {reopened}"
    resuming = next((word for word in free.words if word in _RESUMING and word not in held.words), "")
    return f"{held.acts[0].lemma} → {resuming}" if resuming else ""


_TAKING_UP = word_set("resume resumes resumed restart restarts restarted reopen reopens reopened")


def _taken_up(held: Frame, free: Frame) -> str:
    """ "Will not drill in Rakhine", "drilling in Rakhine will resume"."""
    verb = next((word for word in free.words if word in _TAKING_UP and word not in held.words), "")
    if not verb or free.negations:
        return ""
    one, two = ({word[:5] for word in frame.words if len(word) > 3} for frame in (held, free))
    return f"{held.words[held.negations[0]]} → {verb}" if len(one & two) > 1 else ""


_BANS = word_set("ban bans moratorium prohibition embargo boycott suspension restriction restrictions")
_KEEPING = word_set(
    "keep keeps maintain maintains uphold upholds retain retains extend extends continue continues renew"
)
_LIFTING = word_set("lift lifts lifted end ends ended remove removes removed relax relaxes relaxed drop drops dropped")


def lifted(held: Frame, free: Frame) -> str:
    """ "We keep the ban", "we lift the ban": what was upheld is given up."""
    if held.negations or free.negations:
        return ""
    kept, ended = _done_to_ban(held, _KEEPING), _done_to_ban(free, _LIFTING)
    return f"{kept} → {ended}" if kept and ended else ""


def _done_to_ban(frame: Frame, verbs: frozenset[str]) -> str:
    for at, word in enumerate(frame.words):
        if word in _BANS:
            verb = next((each for each in frame.words[max(at - 3, 0) : at] if each in verbs), "")
            if verb:
                return f"{verb} the {word}"
    return ""
