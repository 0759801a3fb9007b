"""A quiz and its eight kinds of item; an item marks an answer, and knows nothing of pages or rows."""

from elearn.content.items.base import GAP, POINT, Answer, Item, ItemType, Marking
from elearn.content.items.choice import Choice, ChoiceItem
from elearn.content.items.essay import EssayItem
from elearn.content.items.matching import MatchItem
from elearn.content.items.number import NumberItem, NumberRange
from elearn.content.items.ordering import OrderItem
from elearn.content.items.quiz import Draw, DrawPart, Quiz, ScoreRule, ShowKey
from elearn.content.items.text import TextItem, TextVariant

__all__ = [
    "GAP",
    "POINT",
    "Answer",
    "Choice",
    "ChoiceItem",
    "Draw",
    "DrawPart",
    "EssayItem",
    "Item",
    "ItemType",
    "Marking",
    "MatchItem",
    "NumberItem",
    "NumberRange",
    "OrderItem",
    "Quiz",
    "ScoreRule",
    "ShowKey",
    "TextItem",
    "TextVariant",
]
