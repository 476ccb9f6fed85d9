"""The catalogue: real sources on AI chips to start from, each with where its address was seen."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Offer(BaseModel):
    """A source of the catalogue."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    url: str
    kind: Literal["feed", "listing", "sitemap"]
    language: Literal["en", "ja", "zh", "ko"]
    origin: Literal["trade press", "maker", "exchange", "regulator"] = Field(alias="from")
    seen: str  # the public place where the address was found written down


@cache
def catalogue() -> tuple[Offer, ...]:
    """All offers, by language and origin."""
    rows = tomllib.loads(files("crawler").joinpath("catalogue.toml").read_text(encoding="utf-8"))
    return tuple(Offer.model_validate(row) for row in rows["source"])
