"""Ticks: each job is one call into the line and nothing else.

APScheduler keeps no work of its own (no job store): what is due stands in the database, so a missed tick loses nothing and two
schedulers never do the same work. A job that is still running is not started again.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, JobExecutionEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

log = logging.getLogger(__name__)


def start(jobs: Mapping[str, tuple[Callable[[], object], timedelta]], ticked: Callable[[str], None]) -> BackgroundScheduler:
    """Run each job at its interval in the background until `.shutdown()`; `ticked` hears of each that ended well."""
    scheduler = BackgroundScheduler(
        timezone="UTC",
        executors={"default": ThreadPoolExecutor(max_workers=len(jobs))},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )

    def heard(event: JobExecutionEvent) -> None:
        if event.exception:
            log.error("%s failed and is tried again at its next tick: %s", event.job_id, event.exception)
        else:
            ticked(event.job_id)

    scheduler.add_listener(heard, EVENT_JOB_EXECUTED | EVENT_JOB_ERROR)
    for name, (job, interval) in jobs.items():
        scheduler.add_job(job, "interval", seconds=interval.total_seconds(), id=name)
    scheduler.start()
    return scheduler
