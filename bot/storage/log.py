"""The conversation log in SQL: one object per transaction (bot.services.ports.Log)."""

from __future__ import annotations

import uuid
from collections.abc import Container, Sequence
from datetime import datetime, timezone
from typing import Any

import sqlalchemy as sa

from bot.model.conversation import (
    SPOKEN_TO_ENTERPRISE,
    Button,
    Conversation,
    Draft,
    Enterprise,
    Entry,
    EntryKind,
    Owner,
    Steward,
)
from bot.model.receipt import Receipt
from bot.services.ports import UnknownConversation
from bot.storage.bindings import SqlBindings
from bot.storage.receipt_rows import write_receipt
from bot.storage.reminder_rows import write_reminders
from bot.storage.tables import conversations, entries, outbox
from bot.storage.unanswered_rows import write_unanswered

BY_PEER = sa.and_(
    conversations.c.channel == sa.bindparam("channel_"),
    conversations.c.peer == sa.bindparam("peer_"),
)
STATEMENTS = {
    "find": sa.select(conversations).where(conversations.c.id == sa.bindparam("id_")),
    "lock": sa.select(conversations)
    .where(conversations.c.id == sa.bindparam("id_"))
    .with_for_update(),
    "find_by_peer": sa.select(conversations).where(BY_PEER),
    "lock_by_peer": sa.select(conversations).where(BY_PEER).with_for_update(),
    "save": sa.update(conversations).where(conversations.c.id == sa.bindparam("id_")),
    "entry": sa.insert(entries),
    "received": sa.select(entries.c.conversation_id, entries.c.no).where(
        entries.c.channel == sa.bindparam("channel_"),
        entries.c.external_id == sa.bindparam("external_"),
    ),
    "entries": sa.select(entries)
    .where(
        entries.c.conversation_id == sa.bindparam("id_"),
        entries.c.no > sa.bindparam("after_"),
        entries.c.kind != sa.bindparam("without_"),
    )
    .order_by(entries.c.no)
    .limit(sa.bindparam("limit_")),
    "next": sa.select(entries)
    .where(
        entries.c.conversation_id == sa.bindparam("id_"),
        entries.c.no > sa.bindparam("after_"),
        entries.c.kind == EntryKind.USER.value,
    )
    .order_by(entries.c.no)
    .limit(1),
}
# As text: SQLAlchemy 1.4 compiles an insert with this clause anew each time.
OPEN_ONCE = sa.text(
    f"INSERT INTO conversations ({', '.join(column.name for column in conversations.c)}) "
    f"VALUES ({', '.join(f':{column.name}' for column in conversations.c)}) ON CONFLICT DO NOTHING"
).bindparams(*(sa.bindparam(column.name, type_=column.type) for column in conversations.c))


class SqlLog:
    """`delivered` names the channels whose entries go through the outbox; `contents` are digests of
    receipts whose content is known to be stored already."""

    def __init__(
        self,
        connection: sa.engine.Connection,
        delivered: frozenset[str],
        contents: Container[str] = (),
    ) -> None:
        self._connection = connection
        self._delivered = delivered
        self._contents = contents
        self.contents_written: set[str] = set()
        self.appended: list[Entry] = []

    @property
    def connection(self) -> sa.engine.Connection:
        """For what belongs into the same transaction."""
        return self._connection

    @property
    def bindings(self) -> SqlBindings:
        return SqlBindings(self._connection)

    def find(self, conversation: str) -> Conversation | None:
        row = self._connection.execute(STATEMENTS["find"], {"id_": conversation}).first()
        return read_conversation(row) if row else None

    def lock(self, conversation: str) -> Conversation:
        row = self._connection.execute(STATEMENTS["lock"], {"id_": conversation}).first()
        if row is None:
            raise UnknownConversation(conversation)
        return read_conversation(row)

    def find_by_peer(self, channel: str, peer: str) -> Conversation | None:
        return self._by_peer("find_by_peer", channel, peer)

    def lock_by_peer(self, channel: str, peer: str) -> Conversation | None:
        return self._by_peer("lock_by_peer", channel, peer)

    def _by_peer(self, statement: str, channel: str, peer: str) -> Conversation | None:
        values = {"channel_": channel, "peer_": peer}
        row = self._connection.execute(STATEMENTS[statement], values).first()
        return read_conversation(row) if row else None

    def open(self, channel: str, peer: str, enterprise: Enterprise | None) -> Conversation:
        head = Conversation(
            id=uuid.uuid4().hex,
            channel=channel,
            peer=peer,
            owner=Owner.BOT,
            epoch=0,
            last_no=0,
            handled_no=0,
            state={},
            updated_at=_now(),
            enterprise=enterprise,
        )
        values = {"id": head.id, "channel": channel, "peer": peer, **_columns(head)}
        if self._connection.execute(OPEN_ONCE, values).rowcount:
            return head
        found = self.lock_by_peer(channel, peer)  # another process opened it at the same moment
        assert found
        return found

    def received(self, channel: str, external_id: str) -> tuple[str, int] | None:
        values = {"channel_": channel, "external_": external_id}
        row = self._connection.execute(STATEMENTS["received"], values).first()
        return (row.conversation_id, row.no) if row else None

    def append(
        self, conversation: Conversation, draft: Draft, external_id: str | None = None
    ) -> Entry:
        conversation.last_no += 1
        conversation.updated_at = _now()
        entry = Entry(
            conversation=conversation.id,
            no=conversation.last_no,
            at=conversation.updated_at,
            kind=draft.kind,
            text=draft.text,
            author=draft.author,
            buttons=draft.buttons,
            payload=draft.payload,
            owner=draft.owner,
            facts=draft.facts,
        )
        channel = None
        if external_id is not None:
            from_desk = draft.kind in (EntryKind.STEWARD, EntryKind.NOTE)
            channel = "desk" if from_desk else conversation.channel
        values = {
            "conversation_id": entry.conversation,
            "no": entry.no,
            "at": entry.at,
            "kind": entry.kind.value,
            "author": entry.author,
            "text": entry.text,
            "extra": _extra(entry),
            "channel": channel,
            "external_id": external_id,
        }
        self._connection.execute(STATEMENTS["entry"], values)
        self.appended.append(entry)
        if draft.receipt:
            self._keep(draft.receipt, entry)
        write_unanswered(self._connection, entry)
        write_reminders(self._connection, entry)
        if conversation.channel in self._delivered and entry.kind in SPOKEN_TO_ENTERPRISE:
            self._post(conversation, entry)
        return entry

    def _keep(self, receipt: Receipt, entry: Entry) -> None:
        there = receipt.digest in self._contents
        write_receipt(self._connection, receipt, entry.at, entry.conversation, entry.no, there)
        self.contents_written.add(receipt.digest)

    def _post(self, conversation: Conversation, entry: Entry) -> None:
        values = {
            "conversation_id": entry.conversation,
            "no": entry.no,
            "channel": conversation.channel,
            "peer": conversation.peer,
            "state": "pending",
            "attempts": 0,
            "parts_sent": 0,
            "again_at": entry.at,
        }
        self._connection.execute(sa.insert(outbox), values)

    def save(self, conversation: Conversation) -> None:
        values = {"id_": conversation.id, **_columns(conversation)}
        self._connection.execute(STATEMENTS["save"], values)

    def entries(self, conversation: str, after: int, limit: int, notes: bool) -> Sequence[Entry]:
        without = "" if notes else EntryKind.NOTE.value
        values = {"id_": conversation, "after_": after, "without_": without, "limit_": limit}
        return [read_entry(r) for r in self._connection.execute(STATEMENTS["entries"], values)]

    def entry(self, conversation: str, no: int) -> Entry | None:
        query = sa.select(entries).where(
            entries.c.conversation_id == conversation, entries.c.no == no
        )
        row = self._connection.execute(query).first()
        return read_entry(row) if row else None

    def next_unhandled(self, conversation: Conversation) -> Entry | None:
        if conversation.handled_no >= conversation.last_no:
            return None
        values = {"id_": conversation.id, "after_": conversation.handled_no}
        row = self._connection.execute(STATEMENTS["next"], values).first()
        return read_entry(row) if row else None

    def unhandled(self, limit: int) -> Sequence[str]:
        pending = sa.exists().where(
            entries.c.conversation_id == conversations.c.id,
            entries.c.no > conversations.c.handled_no,
            entries.c.kind == EntryKind.USER.value,
        )
        query = (
            sa.select(conversations.c.id)
            .where(conversations.c.handled_no < conversations.c.last_no, pending)
            .limit(limit)
        )
        return list(self._connection.execute(query).scalars())

    def waiting(self) -> Sequence[Conversation]:
        query = (
            sa.select(conversations)
            .where(conversations.c.owner == Owner.WAITING.value)
            .order_by(conversations.c.waiting_since, conversations.c.id)
        )
        return [read_conversation(row) for row in self._connection.execute(query)]

    def conversations(self, owners: Sequence[Owner], limit: int) -> Sequence[Conversation]:
        query = (
            sa.select(conversations)
            .where(conversations.c.owner.in_([owner.value for owner in owners]))
            .order_by(conversations.c.updated_at.desc())
            .limit(limit)
        )
        return [read_conversation(row) for row in self._connection.execute(query)]

    def offered(self, conversation: str, payload: str) -> Button | None:
        query = (
            sa.select(entries.c.extra)
            .where(entries.c.conversation_id == conversation, entries.c.kind == EntryKind.BOT.value)
            .order_by(entries.c.no.desc())
            .limit(50)
        )
        for extra in self._connection.execute(query).scalars():
            for title, offered in extra.get("buttons", []):
                if offered == payload:
                    return Button(title, payload)
        return None

    def queue_position(self, conversation: Conversation) -> int:
        ahead = (
            sa.select(sa.func.count())
            .select_from(conversations)
            .where(
                conversations.c.owner == Owner.WAITING.value,
                conversations.c.id != conversation.id,
                conversations.c.waiting_since < conversation.waiting_since,
            )
        )
        return int(self._connection.execute(ahead).scalar_one()) + 1


def _now() -> datetime:
    return datetime.now(timezone.utc)


def _columns(head: Conversation) -> dict[str, Any]:
    return {
        "owner": head.owner.value,
        "epoch": head.epoch,
        "last_no": head.last_no,
        "handled_no": head.handled_no,
        "state": head.state,
        "enterprise_id": head.enterprise.id if head.enterprise else None,
        "enterprise_name": head.enterprise.name if head.enterprise else None,
        "steward_id": head.steward.id if head.steward else None,
        "steward_name": head.steward.name if head.steward else None,
        "waiting_since": head.waiting_since,
        "answer_by": head.answer_by,
        "escalated": head.escalated,
        "updated_at": head.updated_at,
    }


def read_conversation(row: Any) -> Conversation:
    return Conversation(
        id=row.id,
        channel=row.channel,
        peer=row.peer,
        owner=Owner(row.owner),
        epoch=row.epoch,
        last_no=row.last_no,
        handled_no=row.handled_no,
        state=row.state,
        updated_at=row.updated_at,
        enterprise=Enterprise(row.enterprise_id, row.enterprise_name)
        if row.enterprise_id
        else None,
        steward=Steward(row.steward_id, row.steward_name) if row.steward_id else None,
        waiting_since=row.waiting_since,
        answer_by=row.answer_by,
        escalated=bool(row.escalated),
    )


def _extra(entry: Entry) -> dict[str, Any]:
    """Only what is there, so that a plain line stays small."""
    parts = {
        "buttons": [[button.title, button.payload] for button in entry.buttons],
        "payload": entry.payload,
        "owner": entry.owner.value if entry.owner else None,
        "facts": entry.facts,
    }
    return {key: value for key, value in parts.items() if value}


def read_entry(row: Any) -> Entry:
    extra = row.extra
    return Entry(
        conversation=row.conversation_id,
        no=row.no,
        at=row.at,
        kind=EntryKind(row.kind),
        text=row.text,
        author=row.author,
        buttons=tuple(Button(title, payload) for title, payload in extra.get("buttons", [])),
        payload=extra.get("payload"),
        owner=Owner(extra["owner"]) if "owner" in extra else None,
        facts=extra.get("facts", {}),
    )
