"""Turns of phrase that say the same, made one: only to see whether two sentences are one promise in other words.

What stands here is tried where two wordings differ, on both sides alike, and is never shown: a frame is always read
from the words as they stand. A turn belongs here only if no reader would take it for less or for more.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from core.commitments.frame import Frame
from core.commitments.patterns import Cue, Sieve

_BOUND = r"(?:(?:all|our|every|each|its|any|the) )*(?:(?!we |to |not )[a-z0-9]+ ){0,2}(?:suppliers?|partners?|customers?|distributors?|contractors?|subcontractors?|vendors?|resellers?|licensees|clients|developers)"
_US = r"(?:we|our policy|our code|our code of conduct|this policy|this code|the policy|the code|the company|the group)"
_PEOPLE = "(?:anyone|anybody|any person|any people|persons|people|children|a person|workers|anyone who is|persons who are|people who are|those)"
_RECEIVERS = "(?:all |our |their |the |affected |every |each |its |any )*(?:workers?|employees?|suppliers?|users?|customers?|communit(?:y|ies)|victims?|children|child|staff|people|families|contractors?|complainants?|survivors?|residents|miners|farmers|applicants?)"
_RULED = {
    "expect": "expected to",
    "encourage": "encouraged to",
    "ask": "asked to",
    "urge": "urged to",
    "invite": "invited to",
}

_TURNS: tuple[tuple[str, str], ...] = (
    # whom a rule binds, told by us or of them
    (rf"\b{_US} (?:also )?requires? ({_BOUND}) (not )?to ", r"\1 must \2"),
    (rf"\b{_US} (?:also )?prohibits? ({_BOUND}) from ", r"\1 are prohibited from "),
    (rf"\b{_US} (?:do|does|will) not (?:allow|permit) ({_BOUND}) to ", r"\1 may not "),
    *((rf"\b{_US} (?:also )?{verb}s? ({_BOUND}) (not )?to ", rf"\1 are {ruled} \2") for verb, ruled in _RULED.items()),
    (r"\b(is|are) (?:required|obliged|obligated) to\b", "must"),
    (r"\b(?:is|are) (?:(?:strictly|expressly) )?(?:prohibited|forbidden|barred|banned) from\b", "may not"),
    (r"\b(?:is|are) free to\b", "may"),
    (r"\bnone of (?:our|the|its|their) (\w+) (?:is|are) (?:permitted|allowed) to\b", r"\1 may not"),
    (r"\bit is (?:strictly )?(?:forbidden|prohibited) for any of (?:our|the|its|their) (\w+) to ", r"\1 may not "),
    (r"\bit is (?:strictly )?(?:forbidden|prohibited) for (.{1,40}?) to ", r"\1 may not "),
    (r"\b(?:do|does) not (?:at any time|ever)\b|\bnot at any time\b", "never"),
    (r"\b(will|shall|must) not ever\b", r"\1 never"),
    (r"(?<!not )(?<!may )(?<!will )(?<!ight )(?<!ould )(?<!hall )\b(?:have|has) to (?=\w)", "must "),
    (r"\b(?:is|are) not (?:permitted|allowed) to\b", "may not"),
    (r"\b(?:must|shall) not be (?:permitted|allowed) to\b", "may not"),
    (r"(?<!not )\b(?:is|are) (?:permitted|allowed) to\b", "may"),
    (r"(?<!not )\b(?:is|are) able to\b", "can"),
    (r"\b(is|are) not (?:permitted|allowed)\b", r"\1 prohibited"),
    (r"\bno (?!more |other |fewer |less |further )(\w+(?:ee|er|or|ier|ild|rson|ody)s?|\w+s) (may|shall|will|must|can) ", r"\1 \2 not "),
    (r"\bno (?!more |other |fewer |less |further )(\w+ \w+(?:ee|er|or|ier|ild)s?) (may|shall|will|must|can) ", r"\1 \2 not "),
    (r"\bnone of (our|the|its|their) (\w+) (may|shall|will|must|can) ", r"\1 \2 \3 not "),
    (r"\b(has|have) (?:the|a) right to (?:receive |get |have )?", "are entitled to "),
    (r"\b(is|are) entitled to (?:receive |get |have )?", "are entitled to "),
    (r"\bit is (our|its) (policy|practice) ", r"\1 \2 is "),
    (r"\b(we|they|it|and|also) (?:commits?|undertakes?|pledges?|promises?) (?:ourselves |itself )?to\b", r"\1 are committed to"),
    # ages, counts, times
    (rf"({_PEOPLE} )(?:under|below|younger than|less than|aged under|aged below|who are under|who are younger than) (?:the age of )?(\d+)(?: years(?: old| of age)?)?", r"\1under \2"),
    (r"\bunder the age of (?=\d)", "under "),
    (r"\b(?:per annum|every 12 months|once every 12 months)\b", "annually"),
    (r"\bevery (?:3|three) months\b", "quarterly"),
    (r"\b(\d+) (day|week|month|year) (period|notice)\b", r"\3 of \1 \2s"),
    (r"\b1 rest day\b", "1 day of rest"),
    (r"\bsubsequent to\b", "after"),
    (r"(?<!the )\bfollowing (?=the |an? |any |our |each |every )", "after "),
    # ties, records, checks
    (r"\b(?:cut|sever|break off)(s?) (?:our |its |their )?(?:business )?(?:ties|relations|links) with\b", r"end\1 relationship with"),
    (r"\b(?:ended|severed|broke off|cut) (?:our |its |their )?(?:business )?(?:ties|relations|links) with\b", "ended relationship with"),
    (r"\b(end|terminate|discontinue|stop)(s?) (?:our |the |its )?(?:business )?(?:relationships?|dealings) with\b", r"end\2 relationship with"),
    (r"\b(?:stop|cease)(s?) (?:doing business|working|trading|dealing) with\b", r"end\1 relationship with"),
    (r"\b(?:keep|maintain)s? (?:an? |the )?records? of\b", "record"),
    (r"\bkept on record\b", "recorded"),
    (r"\bmak(e|es|ing) use of\b", r"us\1"),
    (r"\b(before|after|when|once) (an?|the|any|each|every) (\w+) (?:is|are|has been|have been) (\w+)ed\b", r"\1 \4ing \2 \3"),
    (r"\bmade (?:publicly available|public)\b", "published"),
    (r"\bmake(s?) ((?:\w+ ){1,5})(?:publicly available|public)\b", r"publish \2"),
    (r"\b(?:the )?use of\b", "using"),
    (r"\b(?:the )?sale of\b", "selling"),
    (r"\b(?:the )?purchase of\b", "buying"),
    (r"\b(?:the )?export of\b", "exporting"),
    (rf"\b(charg|giv|grant|pay|offer|send|show)(e|es|s|ing|ed)? ({_RECEIVERS}) (?!for\b|who\b|that\b|in\b|to\b|at\b|on\b)((?:[a-z0-9]+ ?){{1,5}}?)(?=[.,;]|$| (?:in|at|by|within|before|after|if|when|where|on|under|without|every|each|for|as)\b)", r"\1\2 \4 to \3"),
    (r"\b(?:a |the )?zero tolerance (?:policy |approach |stance )?(?:on|for|towards?|to|of|against|regarding) ", "zero tolerance for "),
    (r"\b(?:have|has) (?:no|zero) tolerance (?:for|of|towards?) ", "do not tolerate "),
    (r"\bwithout (?:any |prior |advance )*(?:notice|warning|announcement)\b(?=.*\baudit|.*\binspect|.*\bvisit)", "unannounced"),
    (r"\b(audit\w*|inspect\w*|visit\w*)\b([^.;]*?) without (?:any |prior |advance )*(?:notice|warning|announcement)\b", r"unannounced \1\2"),
    (r"\brefus(e|es|ing) (an? |our |the )?(audit|inspection)s?\b", r"refus\1 to be \3ed"),
    (r"\b(?:an )?unannounced basis\b", "unannounced"),
    (r"\b(put|puts|putting) (.{1,40}?) into (?:practice|effect)\b", r"implement \2"),
    (r"\bset(s|ting)? up\b", r"establish\1"),
    (r"\bturn(s|ed|ing)? over\b", r"hand\1 over"),
    (r"\bhand(s|ed|ing)? (it|them|(?:\w+ ){0,3}(?:data|information|keys|records)) over\b", r"hand\1 over \2"),
    (r"\b(?:provide|give)(n|s|d)? (.{1,40}?) with (?=free |access|training|information|a copy|remed|compensation|support)", r"give\1 \2 "),
    (r"\b(?:receive|get|undergo|complete)s? ((?:\w+ ){0,2})training (?=on|in)", r"are \1trained "),
    (r"\b((?:access|disclosure|release|transfer|processing|use|sharing|export|resale)\b[\w ]{0,60}?) requires? (an? [\w ]+?)(?=[.,;]|$)", r"\2 is required for \1"),
    (r"\bforbidden\b", "prohibited"),
    (r"\b(is|are) (strictly )?banned\b", r"\1 \2prohibited"),
    (r"\bwe (strictly )?ban\b", r"we \1prohibit"),
    (r"\b(people|those|workers|families|communities|farmers) living (?=in\b|near\b|on\b|around\b|at\b|by\b|beside\b)", r"\1 who live "),
    (r"\b(people|those|workers|families|farmers) working (?=in\b|at\b|on\b|for\b)", r"\1 who work "),
    # sheer turns of speech
    (r"\b(?:under|in) any circumstances?\b", "under any circumstances"),
    (r"\bin (?:compliance|conformity|keeping) with\b", "in accordance with"),
    (r"\bfor as long as\b", "as long as"),
    (r"\b(?:each|any) and (?:every|all)\b", "all"),
    (r"\b(?:each|every) one of\b|\b(?:all|each) of (?=our|the|its|their)", "all "),
    (r"\bwhether or not\b|\birrespective of whether\b|\bregardless of whether\b|\bno matter whether\b", "whether or not"),
    (r"\b(?:chief executive officer|ceo)\b", "chief executive"),
    (r"\bboard of directors\b", "board"),
    (r"\bnon governmental organi[sz]ations?\b", "ngo"),
    (r"\b(?:staff|workforce|personnel) members?\b", "staff"),
    (r"\banyone who\b|\bany person who\b|\bpeople who\b|\bthose who\b|\bpersons who\b|\banybody who\b", "anyone who"),
    (r"\b(?:on account of|by reason of|owing to)\b", "because of"),
    (r"\bis not something (?:that )?(we|they) (\w+)", r"is not \2 by \1"),
    (r"\bin the (?:process|course) of\b", "during"),
    (r"\b(?:carry|carries|carrying) on\b", "continue"),
    (r"(?<!,) (?:that|which|who) (?:is|are) (?=(?:\w+ly )?(?:\w{3,}ed|owned|run|held|made|found|known|sold|built|led|given|kept|paid|taken) )", " "),
    (rf"\b(provide|supply|furnish)(s|ed)? ({_RECEIVERS}) with ([^.;]+?)(?=[.;]|$| (?:in|at|by|within|before|after|if|when|where|on|under|without|every|each)\b)", r"\1\2 \4 to \3"),
)  # fmt: skip
_PATTERNS = tuple((re.compile(pattern), to) for pattern, to in _TURNS)
_SIEVE = Sieve([(pattern, Cue("turn", str(at), 0)) for at, (pattern, _) in enumerate(_TURNS)])


def restated(prepared: str) -> str:
    """A prepared sentence with its turns of phrase made one; twice, for one turn may make another."""
    for _ in range(2):
        before = prepared
        for at in _SIEVE.candidates(prepared):
            pattern, to = _PATTERNS[at]
            prepared = pattern.sub(to, prepared)
        if prepared == before:
            break
    return prepared


def restated_frames(read: Callable[[str], Frame], before: Frame, after: Frame) -> tuple[Frame, Frame] | None:
    """Both frames read again from restated words, quoting what was captured; None where nothing is restated."""
    if before.lang != "en" or after.lang != "en":
        return None
    texts = restated(before.prepared), restated(after.prepared)
    if texts == (before.prepared, after.prepared):
        return None
    one, two = (
        read(text)._replace(sentence=frame.sentence) for text, frame in zip(texts, (before, after), strict=True)
    )
    return one, two
