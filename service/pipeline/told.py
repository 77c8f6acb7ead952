"""A delivery as commands and the API tell it to machines. Of its target only what `shown` shows, which holds no secret."""

from service.notify.receivers import shown
from service.storage.delivery_desk import Listed


def delivery_json(one: Listed) -> dict[str, object]:
    """The form that both share."""
    return {
        "key": one.key,
        "state": one.state.value,
        "receiver": one.receiver,
        "target": shown(one.target),
        "attempts": one.attempts,
        "created_at": one.created_at.isoformat(),
        "next_at": one.next_at.isoformat() if one.next_at else None,
        "sent_at": one.sent_at.isoformat() if one.sent_at else None,
        "reason": one.reason,
        "detail": one.detail,
        "title": one.title,
        "alerts": one.alerts,
    }
