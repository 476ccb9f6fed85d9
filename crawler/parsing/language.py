"""The language of a text, by its letters and its commonest words; what a source declares only helps."""

import re

_KANA = re.compile("[぀-ヿ]")
_HANGUL = re.compile("[가-힣]")
_HAN = re.compile("[一-鿿]")
_LATIN = re.compile("[A-Za-z]")
_PRIMARY = re.compile("[a-z]{2}")
LOOKED_AT = 300  # characters
_EVIDENT = 4  # common English words, of which no text in another language has as many
_ENOUGH = 80  # characters, to know a script
_ONLY_HAN = 60  # Chinese characters; no Japanese text of that length is without kana
_ASIAN = frozenset(("ja", "ko", "zh"))
# Words that texts on anything are full of, and that no other of these languages writes so.
_COMMON = {
    language: frozenset(words.split())
    for language, words in {
        "en": "the of and to with for from by is are was that its will this after at has over says",
        "de": "der das und ist mit für von dem den nicht ein eine einen auf wird im zum zur sich bei",
        "fr": "le les des du et est une dans pour qui sur avec aux ses cette pas plus par sont",
        "es": "el los las y del una con para por es su más como sus al lo ha",
        "it": "il gli della di che è per nel una con alla dei sono delle più anche da",
        "pt": "o os da do em uma com para não na no dos ao mais são pela à",
        "nl": "het een van en voor niet op zijn met dat aan bij ook wordt naar",
    }.items()
}


def language_of(text: str, declared: str = "") -> str:
    """The language of a text: ja, ko or zh by its script, else by its commonest words.

    ISO 639-1; the declared one where the text does not tell, "en" for Latin letters that tell nothing, "" for
    no letters that are known.
    """
    text = text[:LOOKED_AT]
    primary = declared.strip().lower().replace("_", "-").split("-")[0]
    if not text.isascii():
        asian = _asian(text[:_ENOUGH], primary)
        if asian is not None:
            return asian
    if not _LATIN.search(text):
        return primary if _PRIMARY.fullmatch(primary) and text.strip() and not text.isascii() else ""
    words = set(text.lower().split())
    if len(words & _COMMON["en"]) >= _EVIDENT:
        return "en"
    counts = {language: len(words & common) for language, common in _COMMON.items()}
    best = max(counts, key=lambda language: counts[language])
    if counts[best] > max(1, counts["en"]) or (counts[best] and primary == best):
        return best
    if not counts["en"] and _PRIMARY.fullmatch(primary) and primary not in _ASIAN:
        return primary
    return "en"


def _asian(text: str, primary: str) -> str | None:
    kana, hangul, han = (len(script.findall(text)) for script in (_KANA, _HANGUL, _HAN))
    # A Chinese or Korean text may quote a Japanese name; a Japanese one is full of kana.
    if hangul > kana and hangul * 4 > han:
        return "ko"
    if kana * 8 > han and kana:
        return "ja"
    if han and han * 8 > len(_LATIN.findall(text)):
        return "ja" if primary == "ja" and han < _ONLY_HAN else "zh"  # a headline may be of kanji alone
    return None
