"""Under which names exports have a title, a text, a date: WordPress, Drupal, Ghost, Arc, Google News. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from polybatch.errors import DataError, Fault

NAMES: Mapping[str, Sequence[str]] = {
    "id": (
        *("id", "docid", "document_id", "article_id", "post_id", "nid", "nid.0.value", "uuid", "guid", "guid.rendered"),
        *("_id.$oid", "loc"),
    ),
    "text": (
        *("text", "body", "content", "article", "contents", "article_body", "full_text", "maintext", "plaintext"),
        *("content_text", "html", "content_html", "content:encoded", "content.rendered", "post_content"),
        *("body_value", "body.processed", "body.value", "body.0.processed", "body.0.value"),
        *("attributes.body.processed", "attributes.body.value", "content_elements.*.content", "field_body"),
        *("story_text", "news_text", "description", "summary", "excerpt", "excerpt.rendered", "post_excerpt"),
    ),
    "title": (
        *("title", "headline", "headlines.basic", "title.rendered", "title.0.value", "attributes.title", "post_title"),
        *("news:title", "article_title", "story_title", "node_title", "heading"),
    ),
    "language": (
        *("language", "lang", "langcode", "langcode.0.value", "attributes.langcode", "locale", "in_language"),
        *("news:language", "news:publication.news:language", "language_code", "lang_code", "wpml_language"),
    ),
    "date": (
        *("date", "published", "publication_date", "news:publication_date", "pub_date", "timestamp", "published_date"),
        *("published_at", "publish_date", "display_date", "first_publish_date", "date_published", "post_date"),
        *("post_date_gmt", "date_gmt", "authored_on", "created", "created_at", "created_date", "created.0.value"),
        *("attributes.created", "date.$date", "published.$date", "issued", "dc:date"),
    ),
    "source": (
        *("source", "publisher", "site", "source.name", "publisher.name", "publication", "source_name", "website"),
        *("news:publication.news:name", "publication_name", "outlet"),
    ),
    "url": (
        *("url", "link", "permalink", "canonical_url", "website_url", "web_url", "external_url", "loc"),
        *("path.alias", "path.0.alias", "attributes.path.alias"),
    ),
    "translations": (
        *("translations", "translation_of", "translation_group", "translation_id", "trid", "tnid", "hreflang"),
        *("alternates", "story_id"),
    ),
    "status": ("status", "post_status", "attributes.status"),
    "type": ("post_type",),
}
"""The names of each field, the first that says something; case, spaces, `_`, `-` and `:` make no difference.

`a.b` is field `b` of the object `a`; `0` is the first of a list, `*` all of them, a line each.
"""

FIELDS = ("id", "text", "title", "language", "date", "source", "url", "translations")
"""The fields that a name can be given to."""

SILENT = {"raw_html", "interstitial_link", "image", "video", "gallery", "custom_embed", "oembed_response"}
"""Elements of an Arc story that are no text of it."""

Place = tuple[str, tuple[str, ...]]
"""A key of a row, and the path below it."""


class Names:
    """Where a row has which field, by NAMES or as the user says."""

    def __init__(self, given: Mapping[str, str] | None = None) -> None:
        self._names = {**NAMES, **{field: (name,) for field, name in (given or {}).items()}}
        self.places = lru_cache(maxsize=1024)(self._places)

    def _places(self, keys: tuple[str, ...]) -> dict[str, list[Place]]:
        """The places of each field, in order, in rows of these keys."""
        squeezed: dict[str, str] = {}
        for key in keys:
            squeezed.setdefault(squeeze(key), key)
        return {field: list(_in(names, keys, squeezed)) for field, names in self._names.items()}


def _in(names: Sequence[str], keys: Sequence[str], squeezed: Mapping[str, str]) -> Iterator[Place]:
    for name in names:
        if name in keys:
            yield name, ()
        elif whole := squeezed.get(squeeze(name)):
            yield whole, ()
        first, *rest = name.split(".")
        if rest and (top := squeezed.get(squeeze(first))):
            yield top, tuple(rest)


def squeeze(name: str) -> str:
    """A name without what makes no difference."""
    return re.sub(r"[^\w]|_", "", name.lower())


def follow(value: Any, path: Sequence[str]) -> Any:
    """What stands at a path below a value; None where nothing does."""
    for at, part in enumerate(path):
        if part == "*" and isinstance(value, list):
            kept = [one for one in value if not (isinstance(one, dict) and one.get("type") in SILENT)]
            texts = [follow(one, path[at + 1 :]) for one in kept]
            return "\n\n".join(text for text in texts if isinstance(text, str))
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and part == "0" and value:
            value = value[0]
        else:
            return None
    return value


def parse_fields(texts: Sequence[str]) -> dict[str, str]:
    """Fields and names out of `text=content date=published`; raises DataError for what is no field, or given twice."""
    given: dict[str, str] = {}
    faults = []
    for text in texts:
        field, _, name = text.partition("=")
        if field not in FIELDS or not name or field in given:
            faults.append(Fault("--field", repr(text), f"FIELD=NAME, once each; fields: {', '.join(FIELDS)}"))
        given[field] = name
    if faults:
        raise DataError(faults)
    return given
