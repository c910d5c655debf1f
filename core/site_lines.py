"""Lines that stand in a text and are none of it: counters of readers, page numbers, opening hours, prices, the weather.

Each is known by its form: the whole line is such a figure with the words that always go with it, and says nothing else.
"Page 1 of 7" is one, "See page 7 for bans" is not; "12 of 30 found this helpful" is one, "12 of 30 sites were closed" is
not. Only passages that nothing guards are asked. Telephone numbers, addresses and hours may be those of whoever hears
complaints: what stands over them is asked as well, and they are quiet only where one replaces another.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from core.text.pagedate import DATE

_N: Final = r"(?>\d+(?:[.,\u00a0 ]\d+)*)\s?(?:[km](?!\w)|万|千)?\+?"
_PARTED: Final = r"\s*[·|•–—/,-]?\s*"
_STARS: Final = r"[★☆⭐✩✭✮]"
_RATERS: Final = (
    r"(?:customer |user |global |verified |google )?(?:reviews?|ratings?|votes?|votos|bewertungen|stimmen|kundenbewertungen|avis|évaluations|"
    r"opiniones|valoraciones|reseñas|条(?:评价|评论|点评)|人评价|تقييم(?:ات)?|مراجعة)"
)
_REACTIONS: Final = (
    r"(?:shares?|likes?|comments?|views?|visits|reads|downloads|followers|subscribers|kommentare?|aufrufe|teilungen|abonnenten|"
    r"commentaires?|vues|partages|abonnés|posts|comentarios?|vistas|visitas|seguidores|次(?:浏览|阅读|分享|下载)|条评论|مشاهد(?:ة|ات)|تعليق(?:ات)?|مشاركة)"
)
_RATE: Final = r"(?:(?:rate (?:this|the) (?:page|article|post)|(?:average |user |customer )?rating|bewertung|note moyenne|valoración)\s?[:：]\s*)?(?:(?:rated|excellent|great|good|average|sehr gut|hervorragend)\s+)?"
_BY_SO_MANY: Final = (
    rf"(?:{_PARTED}(?:based on |from |aus |basé sur )?(?:[(（]\s*{_N}\s*{_RATERS}\s*[)）]|{_N}\s*{_RATERS}))"
)
_ON: Final = r"(?:\s+(?:on|auf|sur|en)\s+\w+)?"
_COUNTED: Final = (
    rf"{_RATE}{_STARS}+\s*(?:\d(?:[.,]\d)?)?{_BY_SO_MANY}?{_ON}|{_RATE}\d(?:[.,]\d)?\s*(?:{_STARS}+|(?:out of|von|sur|de|/|من)\s*(?:5|10)\s*(?:stars?|sternen?|étoiles|estrellas)){_BY_SO_MANY}?{_ON}",
    rf"{_RATE}(?:\d(?:[.,]\d)?\s*(?:(?:out of|von|sur|de|/|من)\s*(?:5|10)|分)?){_BY_SO_MANY}{_ON}",
    rf"{_STARS}+\s*\d(?:[.,]\d)?\s*[(]{_N}[)]|\d(?:[.,]\d)?\s*{_STARS}+\s*[(]{_N}[)]",
    rf"(?:[♥❤♡👍👎]\ufe0f?\s*{_N}\s*){{1,3}}|{_N}\s*[♥❤♡👍👎]\ufe0f?",
    rf"{_N}\s?%\s(?:of|der|des|de los)\s(?:readers|users|people|leser|lecteurs|lectores)\s(?:found this|fanden (?:dies|das)|ont trouvé c\w+|encontraron esto)\s(?:helpful|useful|hilfreich|utile|útil)",
    rf"(?:visitor|besucher|visiteur|visitante)s?(?: (?:number|no\.|nr\.|numéro|número))?\s?[:#]?\s*{_N}|you are visitor (?:number|no\.|#)\s*{_N}",
    rf"(?:{_N}\s*{_REACTIONS})(?:{_PARTED}{_N}\s*{_REACTIONS}){{1,3}}|(?:views|likes|comments|aufrufe|vues|阅读|浏览|点击|评论|点赞|مشاهدات)\s*[:：]?\s*{_N}",
    rf"{_N}\s*(?:(?:out )?of|von|sur|de)\s*{_N}\s*(?:people |users |readers |personen |personnes |personas )?(?:found this|fanden (?:dies|das)|ont trouvé c\w+|encontraron esto)\s*(?:(?:article|page|answer) )?(?:helpful|useful|hilfreich|utile|útil)\.?",
    rf"{_N}\s*(?:people|users|readers|personen|personnes|personas)\s*(?:found this|fanden (?:dies|das)|ont trouvé c\w+|encontraron esto)\s*(?:(?:article|page|answer) )?(?:helpful|useful|hilfreich|utile|útil)\.?",
)
# What a site counts and a text may count as well.
_PLAINLY_COUNTED: Final = (
    rf"{_N}\s*{_RATERS}{_ON}",
    rf"{_N}\s*{_REACTIONS}|{_N}\s(?:contributors|posts|beiträge)",
    rf"(?:downloaded|edited|bookmarked|bearbeitet|modifié|shared|viewed|read|geteilt|partagé|compartido)\s+{_N}\s*(?:times?|mal|fois|veces)",
)
_PAGED: Final = (
    r"(?:slide|image|photo|picture|bild|foto|diapositive)\s*\d+\s*(?:of|von|sur|de|/)\s*\d+",
    rf"(?:page|seite|página|pagina|صفحة|第)\s*\d+\s*(?:页\s*[/，,]?\s*)?(?:of|von|sur|de|/|من|共)\s*\d+\s*页?(?:{_PARTED}(?:next|previous|weiter|zurück|suivante?|précédente?|siguiente|anterior|下一页|上一页|التالي|السابق)[ »›>→]*)*",
    r"[«‹<]?\s?1\s2(?:\s(?:\d{1,3}|…|\.\.\.))*(?:\s(?:next|weiter|suivante?|siguiente|下一页|[»›>→]))*",
    rf"(?:showing|displaying|zeige|affichage|mostrando)\s+\d+\s*[-–—]\s*\d+\s*(?:of|von|sur|de)\s*{_N}\s*(?:results?|items?|entries|articles|ergebnisse\w*|einträge\w*|résultats|resultados)?",
)
_PLAINLY_PAGED: Final = (
    rf"\d+\s*[-–—]\s*\d+\s*(?:of|von|sur|de)\s*{_N}\s*(?:results?|items?|entries|articles|ergebnisse\w*|einträge\w*|résultats|resultados)?",
)
_READ: Final = (
    r"(?:(?:estimated )?(?:reading|read) time|lesezeit|lesedauer|temps de lecture|tiempo de lectura|阅读时间|وقت القراءة)\s*[:：]?\s*(?:about|approx\.?|ca\.|etwa|environ|unos?|约)?\s*\d+\s*(?:min(?:ute)?[ns]?\.?|minutos|分钟|分|دقائق|دقيقة)",
    r"\d+[\s-]+min(?:ute)?s?\.?\s+(?:read|lesezeit|de lecture|de lectura)",
    r"listen(?: to this (?:article|page|story))?\s*[·|(]?\s*\d?\d:\d\d(?:\s*/\s*\d?\d:\d\d)?\)?",
)
_PLAINLY_HEARD: Final = (r"\d?\d:\d\d(?:\s*/\s*\d?\d:\d\d)?",)
_DAY: Final = (
    r"(?:(?:mon|diens|donners|frei|sams|sonn)tags?|mittwochs?|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:days?)?|(?:mo|di|mi|do|fr|sa|so)|"
    r"lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|(?:lun|mar|mer|jeu|ven|sam|dim)|lunes|martes|miércoles|jueves|viernes|sábados?|domingos?|"
    r"daily|weekdays|weekends?|(?:public |bank )?holidays|täglich|werktags|feiertags?|周[一二三四五六日天末]|星期[一二三四五六日天]|每天|工作日|"
    r"الأحد|الاثنين|الإثنين|الثلاثاء|الأربعاء|الخميس|الجمعة|السبت)"
)
_AT: Final = r"(?:[0-2]?\d(?:[:.h][0-5]\d)?\s?(?:[ap]\.?\s?m\.?|uhr|h)?)"
_HOURS_WORDS: Final = (
    r"(?:(?:opening |office |business |store |shop |reception )?hours|opening times|öffnungszeiten|bürozeiten|geschäftszeiten|sprechzeiten|"
    r"horaires(?: d['’]ouverture)?|heures d['’]ouverture|horarios?(?: de (?:apertura|atención))?|营业时间|办公时间)"
)
_OPEN: Final = (
    r"(?:(?:we|our \w+|the (?:office|shop|store|reception)|customer (?:support|service)|support|wir|unser \w+)\s(?:are|is|sind|ist)\s)?"
    r"(?:open|available|geöffnet|ouvert|abierto)"
)
_HOURS_TITLE: Final = re.compile(rf"(?:our )?{_HOURS_WORDS}\s*[:：]?", re.IGNORECASE)
_HOURS: Final = re.compile(
    rf"(?:{_HOURS_WORDS}|{_OPEN})?\s*[:：]?\s*"
    rf"(?:(?>{_DAY}(?![a-zà-ÿ])|{_AT}|closed|geschlossen|fermé|cerrado|休息|مغلق|noon|midnight|hours a day|days a week|from|to|until|till|through|and|bis|von|und|à|au|de|du|et|y|a|al|至|到|[-–—,;:.&+/|()]|[a-z]{{2,4}}t)\.?\s*)++",
    re.IGNORECASE,
)
_HOLDS_DAY: Final = re.compile(
    rf"(?:\b|(?<=[\u4e00-\u9fff])){_DAY}(?:\b|(?=[\u4e00-\u9fff]))|hours|zeiten|horai?r|时间", re.IGNORECASE
)
_HOLDS_TIME: Final = re.compile(r"\d|closed|geschlossen|fermé|cerrado|休息|مغلق", re.IGNORECASE)
_PHONE: Final = re.compile(
    r"(?:(?:(?:tel|toll[- ]free|freephone|telephone|phone|fax|mobile|call(?: us)?(?: (?:at|on))?|telefon|telefax|mobil|téléphone|tél|télécopie|teléfono|móvil|[tfm]|"
    r"(?:客服|服务)?(?:热线|电话)|电话|传真|هاتف|فاكس|اتصل بنا)\.?)\s*[:：]?\s*(?:\+|\(|\d)[\d ()/.+\u00a0–-]{5,}\s*[·|,;/–—-]?\s*)+"
    r"|\+[\d ()/.\u00a0–-]{7,}",
    re.IGNORECASE,
)
_MONEY: Final = r"(?:[$€£¥₹]\s?\d[\d.,]*|\d[\d.,]*\s?(?:[$€£¥₹%]|(?:eur|usd|gbp|chf|jpy|cny|sek)\b)?)"
_SKY: Final = (
    r"(?:sunny|clear(?: sky)?|clouds|cloudy|overcast|rain|rainy|showers?|drizzle|snow|fog|mist|windy?|storms?|thunderstorms?|sonnig|klar|bewölkt|regen|schnee|nebel|"
    r"ensoleillé|nuageux|pluie|neige|soleado|nublado|lluvia|nieve|晴|多云|阴|小?雨|雪)"
)
_MOVED: Final = rf"(?:\s*(?:[▲▼↑↓]\s*[(]?[+\-−–]?|[(]?[+\-−–])\s?{_MONEY}[)]?){{1,2}}"
_MARKETS: Final = (
    rf"(?-i:[A-Z]{{2,8}}\s?:\s?[A-Z][A-Z0-9.]{{0,5}})\s+{_MONEY}(?:{_MOVED})?(?:\s+as of .{{1,40}})?",
    r"1\s?(?-i:[A-Z]{3})\s?=\s?\d+[.,]\d+\s?(?-i:[A-Z]{3})",
    rf"(?:[^\W\d_]+\s){{0,3}}[-−]?\d{{1,2}}\s?°\s?[cf]?[,·]?\s(?:(?:mostly|partly|light|heavy|leicht|stark|teils|peu|très|muy)\s)?{_SKY}",
)
_PLAINLY_PRICED: Final = (rf"(?-i:[A-Z][A-Z0-9.]{{1,5}})\s+{_MONEY}{_MOVED}",)
_UNITS: Final = r"(?:\d+\s*(?:d(?:ays?)?|h(?:ours?|rs?)?|m(?:in(?:ute)?s?)?|s(?:ec(?:ond)?s?)?|tage?n?|stunden?|sekunden?|minuten|jours?|heures?|días?|horas?|minutos|天|小?时|分钟?|秒)\b[\s,:]*)"
_COUNTDOWN: Final = (
    rf"(?:[\w'’%]+\s){{0,3}}(?:sale|offer|deal|promotion|auction|webinar|early bird|angebot|aktion|soldes|offre|oferta|rebajas)\s(?:ends?|starts?|begins?|closes?|endet|beginnt|finit|termine|empieza|acaba)\s(?:in|dans|en)\s*{_UNITS}{{1,4}}",
)
_PLAINLY_COUNTED_DOWN: Final = (
    rf"(?:[\w'’%]+\s){{0,3}}(?:event|registration)\s(?:ends?|starts?|begins?|closes?)\s(?:in)\s*{_UNITS}{{1,4}}",
    rf"{_UNITS}{{3,4}}(?:left|remaining|to go|noch|restants?)?",
)
_JOBS: Final = (
    rf"(?:(?:see|view|browse|explore|discover)\s)?(?:(?:our|all|the|alle|toutes|todas)\s)?{_N}\s*(?:open|current|offene|freie)\s(?:jobs?|positions?|roles?|vacanc(?:y|ies)|openings|stellen)(?:\s(?:worldwide|weltweit|available|near you))?",
)
_VISIT: Final = (
    r"(?:page|seite)\s(?:generated|rendered|loaded|erzeugt)\sin\s\d+[.,]?\d*\s?(?:ms|milliseconds?|s|sec(?:onds)?|sekunden)\.?",
    r"session\s(?:expires|ends)\sin\s\d?\d:\d\d(?::\d\d)?|cache\s?[:：]\s?\w+",
    rf"(?:last visit(?:ed)?|letzter besuch|dernière visite)\s?[:：]?\s?(?:{DATE.pattern})(?:,?\s\d?\d:\d\d)?",
    r"(?:request|session|trace|correlation|reference|ray)\s?id\s*[:：]\s*[\w-]{6,}",
    r"(?:build|release)\s+\d+(?:\.\d+){2,3}|version\s+\d+(?:\.\d+){2,3}\s*\(\s*build\s+\d+\s*\)",
    r"(?:updated|posted|published|checked|edited)\s+\d+\s+\w+\s+ago",
)
_PAIRS = tuple[tuple[str, re.Pattern[str]], ...]


def _known(*sorts: tuple[str, tuple[str, ...]]) -> _PAIRS:
    return tuple((what, re.compile("|".join(f"(?:{form})" for form in forms), re.IGNORECASE)) for what, forms in sorts)


_READERS, _NUMBER_OF_PAGE, _RATES, _COUNTS_DOWN, _OPENINGS = (
    "a count of readers or of their opinions",
    "the number of a page",
    "a price, a rate or the weather",
    "a countdown",
    "a count of open positions",
)
_SORTS: Final = _known(
    (_READERS, _COUNTED),
    (_NUMBER_OF_PAGE, _PAGED),
    ("the time it takes to read", _READ),
    (_RATES, _MARKETS),
    (_COUNTS_DOWN, _COUNTDOWN),
    ("a mark of this visit", _VISIT),
)
_PLAIN_SORTS: Final = _known(
    (_READERS, _PLAINLY_COUNTED),
    (_NUMBER_OF_PAGE, _PLAINLY_PAGED),
    ("the time it takes to hear", _PLAINLY_HEARD),
    (_RATES, _PLAINLY_PRICED),
    (_COUNTS_DOWN, _PLAINLY_COUNTED_DOWN),
    (_OPENINGS, _JOBS),
)
_SWITCH: Final = re.compile(
    r"(?:show|read|see|view|display|load|expand|collapse|hide|open|close)\s(?:more|less|fewer|all|details|everything)|"
    r"(?:mehr|weniger|alle[sn]?|details)\s(?:an)?zeigen|(?:mehr|weniger)\s(?:lesen|erfahren|laden)|alle\s(?:auf|zu|aus|ein)klappen|"
    r"(?:voir|afficher|lire)\s(?:plus|moins|tout)|(?:ver|mostrar|leer)\s(?:más|menos|todo)|展开(?:全部|更多)|收起(?:全部)?|(?:查看|显示)更多",
    re.IGNORECASE,
)
_TURNING: Final = re.compile(
    r"[«‹<←⟵]?\s*(?:(?:previous|next|prev|older|newer|vorherige[rs]?|nächste[rs]?|zurück|weiter|précédent|suivant|anterior|siguiente)"
    r"(?:\s(?:page|post|article|story|topic|chapter|seite|artikel|beitrag|article|page|artículo|página))?\s*[:：]|(?:上一|下一)[篇页章]\s*[:：]|(?:السابق|التالي)\s*[:：])|"
    r"^[«‹←⟵]\s*\S|\S\s*[»›→⟶]$|^\d{1,3}(?:\s\d{1,3})*$",
    re.IGNORECASE,
)
_TRANSLATED: Final = re.compile(
    r"\b(?:(?:machine|automatically|auto)[- ]translated|translated (?:automatically|by (?:machine|software|a computer))|(?:machine|automatic|automated) translation|"
    r"(?:maschinell|automatisch) übersetzt|(?:maschinelle|automatische) übersetzung|traduit\w* (?:automatiquement|par une machine)|traduction automatique|"
    r"traducid[oa]s? automáticamente|traducción automática)\b|(?:机器|自动)翻译|ترجم\w* آلي",
    re.IGNORECASE,
)
_OF_A_TRANSLATION: Final = re.compile(
    r"this|these|the|it|is|are|was|were|has|have|been|be|may|might|can|could|a|an|and|or|by|of|from|for|in|into|to|with|your|convenience|only|"
    r"page|website|site|text|content|document|version|article|translations?|translated|original|language|english|german|french|spanish|chinese|arabic|"
    r"contain|errors?|mistakes?|inaccuracies|inaccurate|provided|made|software|google|deepl|translate|"
    r"diese[rs]?|seite|text|inhalt|wurde|ist|aus|dem|der|die|das|von|und|kann|fehler|enthalten|original|englischen|deutschen|"
    r"cette|page|ce|texte|contenu|a|été|est|depuis|de|l|anglais|peut|contenir|des|erreurs|du|français|"
    r"esta|página|este|texto|contenido|ha|sido|fue|es|del|inglés|puede|contener|errores|una|un|"
    r"[本页面网站文由经此为该内容的是可能有误]+|هذه|الصفحة|تمت"
)
_SPEAKS_OF_RANK: Final = re.compile(
    r"prevail|binding|govern|legal|differ|conflict|discrepanc|official|authoritative|precedence|rely|relied|"
    r"maßgeb|verbindlich|vorrang|abweich|prévau|prévaut|foi|officiel|contraignant|prevalec|vinculant|oficial|为准|优先|法律",
    re.IGNORECASE,
)
_LONGEST: Final = 120  # characters: the forms are short lines
_LONGEST_NOTICE: Final = 240
_SHORTEST_NOTICE: Final = 40
_BAR: Final = re.compile(r"\s[|·•–—]\s")
_BY: Final = re.compile(
    r"(?i:(?:written )?by|von|par|por|作者)\s?[:：]?\s*(?!Us\b|Invitation\b)(?:[A-ZÀ-Þ]|[\u4e00-\u9fff])"
)
_SIGNED: Final = re.compile(
    rf"(?:published|posted|written|veröffentlicht|publiée?|publicad[oa])\s(?:(?:on|am|le|el)\s)?(?:{DATE.pattern}),?\s(?:by|von|par|por)(?:\s[^\W\d_][\w.'’-]*){{1,4}}",
    re.IGNORECASE,
)
_ADDRESS: Final = re.compile(r"(?-i:\b[A-Z]{1,2}[- ])?\b\d{4,6}(?:-\d{4})?\b|\b[A-Z]{1,2}\d{1,2}[A-Z]?\s\d[A-Z]{2}\b")
_HOUSE: Final = re.compile(r"(?:^|[\s,])\d{1,4}[a-z]?(?=[\s,]|$)")
_LONG_WORD: Final = re.compile(r"[^\W\d_]{3,}")
_SMALL: Final = frozenset(
    (
        "and",
        "und",
        "der",
        "die",
        "des",
        "del",
        "las",
        "los",
        "rue",
        "route",
        "calle",
        "strasse",
        "straße",
        "str",
        "near",
        "floor",
    )
)
_LETTERS: Final = re.compile(r"[^\W\d_]+")
# The words of which headings over such lines are made: what readers do, and where an office is.
_OF_THE_SITE: Final = re.compile(
    r"this|the|our|your|us|of|and|to|in|on|for|it|is|was|do|you|page|article|post|story|site|website|"
    r"shares?|sharing|rates?|rating|ratings|reviews?|votes?|likes?|comments?|views?|readers?|visitors?|users?|customers?|followers?|popular|helpful|useful|"
    r"reading|listen|listening|time|stock|markets?|quotes?|exchange|weather|jobs?|careers?|vacancies|offers?|sale|deals?|"
    r"opening|open|business|hours|times|contacts?|call|phone|telephone|fax|address(?:es)?|offices?|head|headquarters|visit|find|store|shop|reception|imprint|"
    r"der|die|das|und|uns|diese[nrs]?|seite|artikel|teilen|bewerten|(?:kunden|nutzer)?bewertung(?:en)?|kommentare?|leser|kunden|öffnungszeiten|kontakt|anschrift|adresse|telefon|büro|sitz|impressum|wetter|kurse?|aktien?|stellen|"
    r"l|le|la|les|d|de|des|du|et|nous|cet|cette|partager|noter|avis|commentaires?|lecteurs|clients|horaires|ouverture|téléphone|siège|météo|emplois?|"
    r"el|los|las|y|este|esta|artículo|página|compartir|valorar|opiniones|comentarios|clientes|horarios?|atención|contacto|teléfono|dirección|sede|oficina|empleos?|"
    r"评论|点评|评价|分享|阅读|浏览|联系我们|联系|地址|电话|营业时间|办公时间|اتصل|بنا|العنوان|التعليقات"
)
# Whose hours and numbers matter: those who hear complaints, and the times people work.
_MATTERS: Final = re.compile(
    r"ombuds|complain|grievance|ethic|whistle|speak[- ]?up|hotline|helpline|integrity|report|concern|victim|emergenc|complian|human rights|misconduct|harass|abuse|slavery|union|child|help ?desk|\bwork|shift|\brest\b|overtime|curfew|"
    r"beschwerde|hinweis|meldestelle|arbeit|schicht|ruhe|plainte|réclamation|signalement|alerte|travail|repos|queja|reclamaci|denuncia|trabajo|descanso|turno|"
    r"投诉|申诉|举报|热线|工作|加班|休息|شكاو|شكوى|بلاغ|مظالم|دوام",
    re.IGNORECASE,
)


_LETS_IN: Final = re.compile(
    r"visit|prison|detention|court|legal aid|counsel|shelter|besuch|gefängnis|gericht|prison|tribunal|prisión|探视|监狱|法院",
    re.IGNORECASE,
)
# What a page says of its own standing, alone in its line: no label, whatever its length.
_STANDING: Final = re.compile(
    r"(?:draft|superseded|withdrawn|archived|expired|obsolete|repealed|suspended|revoked|rescinded|outdated|void|retired|discontinued|not in force|no longer in force|"
    r"(?:policy|statement|code|charter)\s(?:draft|superseded|withdrawn|archived|expired|suspended|version\s\d[\d.]*)|"
    r"entwurf|aufgehoben|ersetzt|zurückgezogen|archiviert|außer kraft|ausser kraft|veraltet|ungültig|projet|brouillon|abrogée?|remplacée?|retirée?|archivée?|obsolète|"
    r"borrador|derogad[oa]|sustituid[oa]|retirad[oa]|archivad[oa]|obsolet[oa]|草案|已废止|已失效|已撤回|已归档|已被替代)\W*",
    re.IGNORECASE,
)


def says_it_stands_no_more(text: str) -> bool:
    """Whether a line is nothing but the standing of the text: "Draft", "Superseded"."""
    return len(text) <= _SHORTEST_NOTICE and _STANDING.fullmatch(text.strip()) is not None


@lru_cache(maxsize=4_096)
def site_line(text: str) -> str:
    """What such a line is, in words for a reason; empty where it may be the text's own."""
    line = text.strip()
    if not line or len(line) > _LONGEST_NOTICE:
        return ""
    if _TRANSLATED.search(line) and _says_only_that(line):
        return "a notice that a machine has translated the page"
    if _SWITCH.fullmatch(line):
        return "a switch that shows or hides a part"
    if len(line) > _LONGEST or not any(char.isdigit() for char in line) or _MATTERS.search(line):
        return ""
    sort = next((what for what, form in (*_SORTS, *_PLAIN_SORTS) if form.fullmatch(line)), "")
    return sort or ("a line of who wrote and when" if _is_byline(line) else "")


def is_plain_figure(text: str) -> bool:
    """Whether nothing in a site line says that it is one: "412 visits" may be those to prisons."""
    return any(form.fullmatch(text.strip()) for _, form in _PLAIN_SORTS)


def goes_with(line: str, above: str) -> bool:
    """Whether what stands right over a site line or a contact is of the site as well, and no name of what the line tells."""
    if (
        not above.strip()
        or site_line(above)
        or _are_hours(above)
        or _PHONE.fullmatch(above.strip())
        or _is_address(above)
    ):
        return True
    known = {word.casefold() for word in _LETTERS.findall(line)}
    return all(word in known or _OF_THE_SITE.fullmatch(word) for word in _LETTERS.findall(above.casefold()))


def speaks_of_people(lines: Sequence[str]) -> bool:
    """Whether one of the lines over a figure, or the figure's own, speaks of who is heard, works, or is let in."""
    return any(_MATTERS.search(line) or _LETS_IN.search(line) for line in lines)


def _says_only_that(line: str) -> bool:
    """Whether a line is a notice of translation and nothing else: no word of what was left out, or of which text binds."""
    words = _LETTERS.findall(_TRANSLATED.sub(" ", line).casefold())
    return not _SPEAKS_OF_RANK.search(line) and all(_OF_A_TRANSLATION.fullmatch(word) for word in words)


def turns_the_page(text: str) -> bool:
    """Whether the words of a link say that it leads to the page before or after this one."""
    return len(text) <= _LONGEST and _TURNING.search(text) is not None


def contact_line(was: str, now: str, around: Sequence[str], above: Sequence[str] = ()) -> str:
    """What an opening hour, a telephone number or an address is that replaced one of its sort; empty where it may matter.

    ``around``: what stands over it, and of that ``above`` right over it: a clinic, a trusted person or a list of factories
    has contacts that are told. Hours that came or went (one side is empty) are those of a list of hours.
    """
    if (
        len(was) > _LONGEST
        or len(now) > _LONGEST
        or speaks_of_people((*around, was, now))
        or not all(goes_with(was or now, line) for line in above)
    ):
        return ""
    if all(_are_hours(line) for line in (was, now) if line):
        is_one_of_many = any(_are_hours(line) or _HOURS_TITLE.fullmatch(line.strip()) for line in around)
        return "opening hours" if (was and now) or is_one_of_many else ""
    if not (was and now):
        return ""
    if _PHONE.fullmatch(was.strip()) and _PHONE.fullmatch(now.strip()):
        same = _label_of(was) == _label_of(now)
        return "the telephone number of an office" if same else ""
    names = {part.split(",")[0] for part in (was, now)}
    if _is_address(was) and _is_address(now) and (len(names) == 1 or all(name[:1].isdigit() for name in names)):
        return "the address of an office"
    return ""


def _is_byline(line: str) -> bool:
    if _SIGNED.fullmatch(line):
        return True
    parts = [part.strip() for part in _BAR.split(line)]
    if len(parts) < 2:
        return False
    beside = [part for part in parts if not DATE.fullmatch(part)]  # dates alone are columns of a table
    return bool(beside) and all(_BY.match(part) or any(form.fullmatch(part) for _, form in _SORTS) for part in beside)


def _are_hours(line: str) -> bool:
    return bool(_HOURS.fullmatch(line.strip()) and _HOLDS_DAY.search(line) and _HOLDS_TIME.search(line))


def _label_of(line: str) -> str:
    return "".join(char for char in line.casefold() if char.isalpha())


def _is_address(line: str) -> bool:
    """Parts between commas, a postal code, a house number, and names alone: no verb stands in an address."""
    if line.count(",") < 2 or ":" in line or not _ADDRESS.search(line) or not _HOUSE.search(line):
        return False
    words = _LONG_WORD.findall(line)
    return all(word[0].isupper() or word.casefold() in _SMALL for word in words)
