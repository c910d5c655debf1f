"""Phrases that give a poor capture its name: walls, captchas, missing pages, maintenance, errors, consent, login.

English, Chinese, French, German, Spanish. A phrase counts only on a short page; a policy that mentions captchas is
not a captcha. Lower case, as compared.
"""

from __future__ import annotations

from typing import Final

from core.model import Reading

PHRASES: Final[dict[str, tuple[str, ...]]] = {
    "bot_wall": (
        "verify you are human",
        "verify that you are human",
        "verifying you are human",
        "are you a robot",
        "i'm not a robot",
        "unusual traffic",
        "checking your browser",
        "enable javascript and cookies to continue",
        "attention required",
        "access denied",
        "access to this page has been denied",
        "request blocked",
        "you have been blocked",
        "pardon our interruption",
        "request unsuccessful. incapsula",
        "ddos protection by",
        "performing security verification",
        "请完成验证",
        "安全验证",
        "访问被拒绝",
        "请输入验证码",
        "accès refusé",
        "vérifiez que vous êtes humain",
        "zugriff verweigert",
        "bestätigen sie, dass sie ein mensch",
        "acceso denegado",
        "verifique que es humano",
    ),
    "soft_404": (
        "page not found",
        "page cannot be found",
        "page can't be found",
        "page could not be found",
        "page you requested could not",
        "page you are looking for",
        "page you were looking for",
        "page doesn't exist",
        "page does not exist",
        "no longer available",
        "404 not found",
        "error 404",
        "this page has moved",
        "页面不存在",
        "页面未找到",
        "找不到页面",
        "page introuvable",
        "page non trouvée",
        "page que vous recherchez",
        "seite nicht gefunden",
        "seite wurde nicht gefunden",
        "seite existiert nicht",
        "página no encontrada",
        "no se ha encontrado la página",
        "página que busca",
    ),
    "maintenance": (
        "under maintenance",
        "scheduled maintenance",
        "down for maintenance",
        "we'll be back soon",
        "temporarily unavailable",
        "service unavailable",
        "系统维护",
        "维护中",
        "en maintenance",
        "maintenance en cours",
        "temporairement indisponible",
        "wartungsarbeiten",
        "vorübergehend nicht verfügbar",
        "en mantenimiento",
        "temporalmente no disponible",
    ),
    "application_error": (
        "internal server error",
        "bad gateway",
        "gateway timeout",
        "application error",
        "something went wrong",
        "an unexpected error",
        "an error occurred",
        "a client-side exception has occurred",
        "服务器错误",
        "系统错误",
        "une erreur est survenue",
        "une erreur s'est produite",
        "ein fehler ist aufgetreten",
        "se ha producido un error",
        "algo salió mal",
    ),
    "needs_script": (
        "enable javascript",
        "javascript is disabled",
        "javascript is required",
        "requires javascript",
        "browser is not supported",
        "unsupported browser",
        "请启用javascript",
        "activer javascript",
        "activez javascript",
        "javascript aktivieren",
        "aktivieren sie javascript",
        "habilite javascript",
        "active javascript",
    ),
    "consent_wall": (
        "before you continue to",
        "accept cookies to continue",
        "we value your privacy",
        "continuer sans accepter",
        "bevor sie fortfahren",
        "antes de continuar",
        "接受所有cookie",
    ),
    "login": (
        "sign in to continue",
        "log in to continue",
        "please log in",
        "please sign in",
        "session has expired",
        "请登录",
        "veuillez vous connecter",
        "bitte melden sie sich an",
        "inicie sesión para continuar",
    ),
    "loading": ("redirecting to", "you are being redirected", "please wait while", "正在跳转", "redirection en cours"),
}


def named_by(reading: Reading, phrases: dict[str, tuple[str, ...]] = PHRASES) -> tuple[str, str] | None:
    """The first (code, phrase) found in the title or the places of a reading, or None."""
    said = "\n".join((reading.title, *(place.text for place in reading.places))).lower().replace("’", "'")
    for code, candidates in phrases.items():
        for phrase in candidates:
            if phrase in said:
                return code, phrase
    return None
