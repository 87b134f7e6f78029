"""Greetings, thanks, farewells."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Events
from knowledge.conversation.wording import takes_back_human
from knowledge.text import normalise

# Small talk is recognised by the classifier; these words only choose among four fixed replies.
REPLIES = {
    "utter_thanks": re.compile(r"谢|感恩|辛苦|多亏|明白了|懂了|thank|thx|ありがと|감사|고마", re.I),
    "utter_goodbye": re.compile(
        r"再见|拜拜|回见|回头见|下次聊|先这样|bye|see you|さようなら|안녕히", re.I
    ),
    "utter_who": re.compile(
        r"你是谁|机器人|真人|叫啥|叫什么|是人吗|ai|robot|who are you|誰|누구", re.I
    ),
}


GOES_ON = "好的，您接着问，我来答。"  # whoever waited was taken out of the queue with this turn


class SmallTalk(Action):
    def name(self) -> str:
        return "action_small_talk"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        text = tracker.latest_message.get("text") or ""
        if takes_back_human(normalise(text)):
            dispatcher.utter_message(text=GOES_ON)
            return []
        fitting = (name for name, words in REPLIES.items() if words.search(text))
        dispatcher.utter_message(response=next(fitting, "utter_greet"))
        return []
