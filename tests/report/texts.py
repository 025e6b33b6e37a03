"""A collection in thirteen languages and eight scripts, for pages that must draw them all."""

from collections.abc import Sequence

from polybatch.records import Collection, Passage, Query

QUERIES = {
    "ar": "متى تُفتح المدارس بعد الفيضان؟",
    "de": "Wann öffnen die Schulen nach der Flut?",
    "el": "Πότε ανοίγουν τα σχολεία μετά την πλημμύρα;",
    "en": "When do the schools open after the flood?",
    "es": "¿Cuándo abren las escuelas tras la inundación?",
    "hi": "बाढ़ के बाद स्कूल कब खुलेंगे?",
    "ne": "बाढीपछि विद्यालय कहिले खुल्छन्?",
    "ru": "Когда откроются школы после наводнения?",
    "sw": "Shule zitafunguliwa lini baada ya mafuriko?",
    "th": "โรงเรียนจะเปิดเมื่อไรหลังน้ำท่วม",
    "tr": "Selden sonra okullar ne zaman açılacak?",
    "vi": "Khi nào trường học mở cửa sau trận lụt?",
    "zh": "洪水过后学校什么时候开学？",
}
PASSAGES = {
    "ar": "أعلنت الوزارة يوم الاثنين أن المدارس ستفتح أبوابها بعد أسبوعين من الفيضان الذي أغلق الطرق.",
    "de": "Das Ministerium teilte am Montag mit, dass die Schulen zwei Wochen nach der Flut wieder öffnen.",
    "el": "Το υπουργείο ανακοίνωσε τη Δευτέρα ότι τα σχολεία θα ανοίξουν δύο εβδομάδες μετά την πλημμύρα.",
    "en": "The ministry said on Monday that schools will open two weeks after the flood that closed the roads.",
    "es": "El ministerio dijo el lunes que las escuelas abrirán dos semanas después de la inundación.",
    "hi": "मंत्रालय ने सोमवार को कहा कि बाढ़ के दो सप्ताह बाद स्कूल फिर से खुलेंगे और सड़कें ठीक की जाएँगी।",
    "ne": "मन्त्रालयले सोमबार भन्यो, सडक बन्द गर्ने बाढीको दुई सातापछि विद्यालयहरू फेरि खुल्नेछन्।",
    "ru": "Министерство сообщило в понедельник, что школы откроются через две недели после наводнения.",
    "sw": "Wizara ilisema Jumatatu kwamba shule zitafunguliwa wiki mbili baada ya mafuriko yaliyofunga barabara.",
    "th": "กระทรวงแถลงเมื่อวันจันทร์ว่าโรงเรียนจะเปิดอีกครั้งสองสัปดาห์หลังน้ำท่วมที่ทำให้ถนนถูกปิด",
    "tr": "Bakanlık pazartesi günü okulların selden iki hafta sonra yeniden açılacağını söyledi.",
    "vi": "Bộ cho biết hôm thứ Hai rằng các trường học sẽ mở cửa trở lại hai tuần sau trận lụt.",
    "zh": "教育部周一表示，学校将在洪水封路两周后重新开学。",
}


def collection_of(
    languages: Sequence[str], *, queries: int, name: str = "ntrex-news", licence: str = "CC BY-SA 4.0"
) -> Collection:
    """Queries `q0`, `q1`, ..., each answered by `en0`, `sw0`, ..., and ten passages a language that answer none."""
    return Collection(
        name,
        {code: tuple(Query(f"q{n}", f"q{n}", f"{QUERIES[code]} ({n})") for n in range(queries)) for code in languages},
        {
            code: (
                *(Passage(f"{code}{n}", f"{PASSAGES[code]} ({n})") for n in range(queries)),
                *(Passage(f"{code}-other{n}", f"{n}. {PASSAGES[code]}") for n in range(1, 11)),
            )
            for code in languages
        },
        {f"q{n}": frozenset(f"{code}{n}" for code in languages) for n in range(queries)},
        licence,
    )
