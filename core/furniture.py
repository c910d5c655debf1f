"""What the surroundings of a page say of the site itself: that it sets cookies, sends a newsletter, names its pages.

Promise P8 asks whether a passage holds a commitment. A consent window is full of sentences that read like one ("you can
withdraw your consent at any time") and bind nobody beyond the window, and the label of a menu entry may be a title that
reads like a refusal. So in the surroundings, and only there, such sentences are left out before the question is asked.
Every other sentence beside them still counts, and so does a watched term wherever it stands.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from core.model import Edit, Place, Reading
from core.restricting import is_no_label, tells_a_fact
from core.site_lines import says_it_stands_no_more
from core.text.normalise import word_count
from core.text.sentences import sentences

# General words of five languages for what a consent window, a newsletter form or a captcha is about.
_OF_THE_SITE: Final = re.compile(
    r"cookies?\b|\btrackers?\b|\btracking technolog|\bweb ?beacons?\b|\btraceurs?\b|\brastread|\btrazador|\blocal storage\b|"
    r"\b(?:your|my|the user's) (?:consent|choices?|preferences|privacy choices)\b|\b(?:give|withdraw|revoke|refuse|ask for) (?:your )?consent\b|"
    r"\bdo not (?:sell|share)(?:,? (?:or|and|/) (?:sell|share))? my\b|\b(?:personali[sz]ed|targeted|interest-based) (?:ads|advertising|content)\b|"
    r"\b(?:ihre|deine|ihrer|deiner|eine) (?:einwilligung|zustimmung|auswahl|präferenzen)\b|\b(?:einwilligung|zustimmung) (?:jederzeit|zu|widerrufen|erteilen)\b|"
    r"\bpersonalisierte (?:werbung|anzeigen|inhalte)\b|\b(?:votre|ton|le) (?:consentement|accord)\b|\bvos (?:choix|préférences)\b|"
    r"\bpublicités? (?:personnalisée|ciblée)s?\b|\b(?:su|tu|el) consentimiento\b|\b(?:sus|tus) preferencias\b|\bpublicidad personalizada\b|"
    r"追踪技术|您的(?:同意|选择|偏好)|撤回同意|个性化广告|"
    r"\bnewsletter\b|\bunsubscribe\b|\bmailing list\b|\bdésabonn|\bdésinscri|\babbestellen\b|\babmelden\b|\bdarse de baja\b|\bboletín\b|退订|订阅|"
    r"\bre?captcha\b",
    re.IGNORECASE,
)
# Beside a sentence of that sort, these speak of the same.
_BESIDE_IT: Final = re.compile(
    r"\b(?:browser|device|website|partners?|vendors?|settings?|navigateur|appareil|terminal|site|partenaires?|gerät|webseite|website|"
    r"partnern?|einstellungen|navegador|dispositivo|sitio|socios|widerruf\w*|withdraw\w*|opt[- ]?out|legitimate interests?|"
    r"berechtigte\w* interesse\w*|intérêts? légitimes?|interés legítimo)\b|浏览器|设备|网站|合作伙伴",
    re.IGNORECASE,
)
# A sentence that names the text it stands beside, in five languages: "This policy is no longer in force."
_OF_THE_TEXT: Final = re.compile(
    r"\b(?:this|these) (?:[\w'’-]+ ){0,4}?(?:policy|policies|statement|code|notice|standards?|guidelines?|guidance|commitments?|document|"
    r"charter|declaration|agreement|principles|terms)\b|"
    r"\bdies(?:e[nmrs]?)? (?:[\w-]+ ){0,3}?\w*(?:richtlinien?|erklärung|kodex|grundsätze|leitlinien?|bestimmungen|bedingungen|dokument|charta)\b|"
    r"\b(?:cette|ce|cet|ces|(?:la|le|les) présente?s?) (?:[\w'’-]+ ){0,3}?(?:politique|déclaration|code|charte|document|conditions|principes|engagements?|avis)\b|"
    r"\b(?:est[aeo]s?|(?:la|el|los|las) presentes?) (?:[\w-]+ ){0,3}?(?:política|declaración|código|carta|documento|condiciones|principios|compromisos?|aviso)\b|"
    r"本(?:公司)?(?:政策|声明|守则|准则|通知|文件|条款|协议|原则|承诺)",
    re.IGNORECASE,
)
# Who is paid what, who may complain and to whom, who is checked, for whom it holds: what lines of a policy speak of.
_OF_A_POLICY: Final = re.compile(
    r"\bwages?\b|\bhotlines?\b|\bworking hours\b|\b(?:trade|labou?r) unions?\b|\bpolice\b|\bcomplaints?\b|\bombuds\w*|\baudit(?:s|ed|ors?)\b|\bwhistle-?blow\w*|\bethics (?:board|committee|line|office)\b|\bappl(?:y|ies) to\b|\bm(?:inimum|aximum) (?:age|wage|(?:\w+ )?hours)\b|"
    r"\brequests? (?:\w+ ){0,3}(?:refused|rejected|denied|granted|complied|fulfilled)\b|\b(?:refused|rejected|denied|granted) (?:\w+ ){0,2}requests?\b|"
    r"\b(?:in force|effective (?:from|as of)|valid (?:from|until))\b|\bconsent of\b|\bno exceptions?\b|"
    r"\blöhnen?\b|\bmindestlohn\b|\bgewerkschaft\w*|\bpolizei\b|\bbeschwerden?\b|\bauditier\w*|\bhinweisgeber\w*|\bethik(?:rat|kommission)\b|\bgilt für\b|\bin kraft\b|\bgültig (?:ab|bis)\b|"
    r"\bsalaire minimum\b|\bsyndicats?\b|\b(?:plaintes?|réclamations?)\b|\baudité\w*|\blanceurs? d['’]alerte\b|\bs['’]applique (?:à|aux?)\b|\ben vigueur\b|"
    r"\bsalario mínimo\b|\bsindicatos?\b|\bpolicía\b|\b(?:quejas?|reclamaciones|denuncias?)\b|\bauditad[oa]s?\b|\bdenunciantes?\b|\bse aplica a\b|\ben vigor\b|"
    r"工资|工会|警方|投诉|申诉|举报|审核|适用于|生效",
    re.IGNORECASE,
)
_TO_DO_WITH_IT: Final = re.compile(
    r"(?:please )?(?:share|print|download|save|e-?mail|rate|cite|follow|choose|select|see|read|view|open|search|compare|translate|listen to|teilen|drucken|herunterladen|partager|imprimer|télécharger|compartir|imprimir|descargar)\b",
    re.IGNORECASE,
)
# A page that says of itself that it is no longer what it was, in five languages.
_PAGE_IS_PAST: Final = re.compile(
    r"\bthis (?:page|site|text|version|information|content)\b.{0,40}?\b(?:archived?|withdrawn|expire[ds]?|outdated|out of date|superseded|replaced|no longer|not (?:maintained|valid|in force)|historical)\b|"
    r"\bdiese (?:seite|version|fassung)\b.{0,40}?\b(?:archiviert|veraltet|ersetzt|zurückgezogen|nicht mehr|ungültig)\b|"
    r"\bcette (?:page|version)\b.{0,40}?\b(?:archivée?|retirée?|remplacée?|obsolète|périmée?|expire|plus)\b|"
    r"\besta (?:página|versión)\b.{0,40}?\b(?:archivada|retirada|sustituida|obsoleta|caduca|ya no)\b|"
    r"本(?:页面?|网页|版本).{0,20}?(?:存档|归档|撤回|过期|失效|不再|已被?替代)",
    re.IGNORECASE,
)
_CHANNEL: Final = re.compile(
    r"\b(?:report|raise) (?:a |an |your |any )?(?:concern|violation|misconduct|breach|incident)s?\b|\bspeak up\b|\bwhistle-?blow\w*|\bombuds\w*|\bgrievances?\b|\b(?:file|make|submit|lodge) a complaint\b|"
    r"\b(?:verstoß|hinweis|missstand) melden\b|\bbeschwerde (?:einreichen|einlegen)\b|\bsignaler un\b|\bdéposer une (?:plainte|réclamation)\b|\b(?:presentar|hacer) una (?:queja|denuncia)\b|举报|投诉|申诉",
    re.IGNORECASE,
)
# What is asked of a reader, or told him, by the controls of a page. A line that leads nowhere is a button only where it begins so.
_PRESSED: Final = re.compile(
    r"(?:please )?(?:accept|add|allow|all|back|book|browse|buy|cancel|change|choose|clear|click|close|collapse|comments?|contact|continue|"
    r"cop(?:y|ied)|create|decline|discover|done|download|e-?mail|edit|embed|expand|explore|feedback|filter|find|follow|full ?screen|get|go|help|hide|"
    r"home|join|jump|learn|less|like|listen|load(?:ing)?|log ?(?:in|out)|manage|menu|more|my|new|next|ok|open|order|pause|play|post|preferences|previous|"
    r"print|read|refuse|register|reject|reload|remove|reply|request|reset|retry|return|save|scroll|search|see|select|send|settings|share|shop|show|sign|"
    r"skip|sort|start|stay|submit|subscribe|switch|table of contents|tap|toggle|top|translate|try|tweet|unsubscribe|update|upgrade|view|visit|watch|yes|"
    r"abonnieren|akzeptieren|alle|ablehnen|anmelden|anzeigen|drucken|einstellungen|folgen|herunterladen|kopieren|laden|mehr|menü|nach oben|öffnen|"
    r"registrieren|schließen|suche\w*|teilen|weiter|zurück|zum|accepter|afficher|connexion|copier|fermer|imprimer|lire|menu|partager|plus|rechercher|"
    r"refuser|retour|s['’]abonner|suivant|suivez|télécharger|voir|abrir|aceptar|buscar|cerrar|compartir|copiar|descargar|iniciar|imprimir|leer|más|"
    r"rechazar|siguiente|suscr\w+|ver|volver)\b|打印|分享|复制|下载|搜索|登录|注册|返回|更多|展开|收起|关闭|接受|拒绝|订阅|菜单|首页|加载",
    re.IGNORECASE,
)
_ASKS_OR_INTRODUCES: Final = frozenset("?？:：")
_LEAST_WORDS: Final = 4
_LINE_WORDS: Final = 30  # longer ones beside a text are stories, notices and windows
_NO_SENTENCE: Final = 3  # words: "Refuse", "Never mind"
_LABEL_WORDS: Final = 10
_SHORT: Final = 4
_LONG_LABEL: Final = 6
_OF_A_LIST: Final = 3  # so many neighbours of its sort make a label an entry of a list
_MADE_BY_STYLE: Final = 5
_OF_A_TEXT: Final = re.compile(r"[\d,;:@.。！？：，]|\w\.$")  # figures, clauses and addresses are said, not clicked
_SENTENCE_END: Final = re.compile(r"[.!?。！？:：]['\")\]”’»]?$")
_LONG_WORD: Final = re.compile(r"[^\W\d_]{4,}")


def without_site_talk(text: str) -> str:
    """The sentences of a passage of the surroundings that do not speak of the site itself; a label is none at all."""
    if word_count(text) <= _NO_SENTENCE:
        return ""
    if not _OF_THE_SITE.search(text):
        return text
    parts = [text[start:end] for start, end in sentences(text)]
    return " ".join(part for part in parts if not (_OF_THE_SITE.search(part) or _BESIDE_IT.search(part)))


def is_of_a_policy(text: str) -> bool:
    """Whether a line beside the text belongs to it: it speaks of wages, complaints, checks or unions, says for whom or when
    something holds, or names the policy itself ("This policy is no longer in force").

    Long passages, titles and what speaks of the site are left out.
    """
    if says_it_stands_no_more(text):
        return True
    is_named = is_title(text) and _OF_A_TEXT.search(text) is None
    if not 1 < word_count(text) <= _LINE_WORDS or is_named or _OF_THE_SITE.search(text):
        return False
    if _OF_A_POLICY.search(text) or _PAGE_IS_PAST.search(text):
        return True
    return any(
        word_count(sentence) >= _LEAST_WORDS
        and sentence[-1:] not in "?？"
        and _OF_THE_TEXT.search(sentence) is not None
        and not _TO_DO_WITH_IT.match(sentence)
        for sentence in (text[start:end].strip() for start, end in sentences(text))
    )


def tells_of_more_than_the_site(was: str, now: str) -> bool:
    """Whether a line beside the text, which leads nowhere, says something of the company or of its text."""
    return not _OF_THE_SITE.search(was) and not _OF_THE_SITE.search(now) and tells_a_fact(was, now)


def leads_to_a_channel(text: str) -> bool:
    """Whether the words of a link lead to whoever hears complaints; the titles that menus are made of are left out."""
    return word_count(text) <= _LABEL_WORDS and not is_title(text) and _CHANNEL.search(text) is not None


def is_title(text: str) -> bool:
    """A label written as titles are: a few words, every longer one with a capital letter, no full stop."""
    if word_count(text) > _LABEL_WORDS or _SENTENCE_END.search(text):
        return False
    words = _LONG_WORD.findall(text)
    return len(words) > 1 and all(word[0].isupper() for word in words)


def is_label(places: Sequence[Place], at: int) -> bool:
    """A few words that are no sentence, no entry of a list or table and no title of a text: a button, a switch, a badge.

    Where several such lines follow each other they are a list, however it is tagged, and its entries count.
    """
    place = places[at]
    if place.kind == "heading":
        return word_count(place.text) <= _LONG_LABEL and _heads_nothing(places, at)
    if not _is_short(place):
        return False
    if says_it_stands_no_more(place.text) or is_no_label(place.text):
        return False
    if at and places[at - 1].text[-1:] in _ASKS_OR_INTRODUCES:  # an answer, or the first of what is introduced
        return False
    first = last = at
    while first and at - first < _OF_A_LIST and _is_line(places[first - 1]):
        first -= 1
    while last + 1 < len(places) and last - at < _OF_A_LIST and _is_line(places[last + 1]):
        last += 1
    is_introduced = first > 0 and places[first - 1].text[-1:] in (":", "：")
    return last - first < _OF_A_LIST and not is_introduced


def may_be_pressed(text: str) -> bool:
    """Whether a label that leads nowhere is worded as the controls of a page are."""
    return _PRESSED.match(text.strip(" +-–—×✕»›→[]()")) is not None


def titles_of_other_pages(before: Reading | None, after: Reading | None, edit: Edit) -> bool:
    """Whether an edit only brings in or takes out links of the surroundings whose words are no sentence.

    What such a link says is the title of another page ("Related stories", "Read next"). One that was worded anew is a
    change of the words that stand here.
    """
    if edit.before and edit.after:
        return False
    reading, places = (before, edit.before) if edit.before else (after, edit.after)
    if reading is None or not places:
        return False
    linked = {at for at, _ in reading.links}
    return all(
        at in linked
        and reading.places[at].stream == "surroundings"
        and not _SENTENCE_END.search(reading.places[at].text)
        for at in places
    )


def _is_short(place: Place) -> bool:
    return _is_line(place) and _OF_A_TEXT.search(place.text) is None


def _is_line(place: Place) -> bool:
    """Headings of the lower ranks are those that bold type and switches make."""
    is_line = place.kind == "paragraph" or (place.kind == "heading" and place.level >= _MADE_BY_STYLE)
    return is_line and word_count(place.text) <= _SHORT and place.text[-1:] not in _ASKS_OR_INTRODUCES


def _heads_nothing(places: Sequence[Place], at: int) -> bool:
    """What follows is no text of the page; under a heading that style or a switch made it may be another heading."""
    under = places[at + 1] if at + 1 < len(places) else None
    if under is None or under.stream != places[at].stream:
        return places[at].level > 1
    return under.kind == "heading" and places[at].level >= _MADE_BY_STYLE
